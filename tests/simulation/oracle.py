"""What must be true after every schedule; of the engine it uses nothing, of the step only what it is given to do."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka.structs import TopicPartition as Partition

from creditbus.topics.city.adoptions import Adoption, version_at
from creditbus.topics.names import ADOPTIONS
from tests.simulation.stage import rest_of

__all__ = ["verdict"]

_OUT, _CHANGELOG, _LEDGER, _JUDGED = "out", "changelog", "ledger", "judged"
_TAKEN_UP = b"!taken up"


def verdict(world: Any, through: bool) -> list[str]:  # noqa: FBT001 -- what the schedule's end was
    """Return what is wrong; nothing where all is as it must be."""
    wrong = list(_effects(world, through=through))
    wrong += _state(world)
    wrong += _judged(world)
    # where a log was cut at the group's position, an owner that is overtaken and has not noticed asks for what is gone
    if world.gaps() and not any(log.start for log in world.broker.logs.values()):
        wrong.append(f"{world.gaps()} gaps, and nothing was missing")
    if through:
        wrong += _opened(world)
        wrong += _progress(world)
    else:
        wrong.append("not through: " + _where_it_stands(world))
    return wrong


def _where_it_stands(world: Any) -> str:
    ready = sorted(number for worker in world.workers for number in worker.ready())
    behind = {
        f"{place.topic}/{place.partition}": f"{world.group.offsets.get(place)} of {world.broker.logs[place].end}"
        for place in world.partitions
        if (world.group.offsets.get(place) or 0) < world.broker.logs[place].end
    }
    return f"lanes ready {ready} of {world.stage.lanes}, read {behind}, {len(world.workers)} workers"


def _effects(world: Any, *, through: bool) -> Iterator[str]:
    """Every record once, in its order, with the next number of its key; and booked once."""
    expected = world.messages()
    seen: Counter[bytes] = Counter()
    booked: Counter[str] = Counter()
    for lane in range(world.stage.lanes):
        yield from _outputs(world.broker.logs[Partition(_OUT, lane)], lane, expected, seen)
        for entry in world.broker.logs[Partition(_LEDGER, lane)].committed():
            booked.update(json.loads(entry.value))
    for value, record in expected.items():
        if seen[value] > 1:
            yield f"{value!r} took effect {seen[value]} times"
        # what retention cut before it was read is nobody's fault
        cut = world.jumped and record.offset < world.broker.logs[record.partition].start
        if not seen[value] and not cut:
            yield f"{value!r} at {record.partition.topic}/{record.partition.partition} {record.offset} has no effect"
    for value in list(seen):
        left = rest_of(value)
        if left is not None and left not in expected:
            yield f"{value!r} left {left!r} to be done, and nobody was told"
    unread = sum(not seen[value] for value in expected)
    expired, markers = booked["expired_unread"], world.writes_markers
    # markers and aborted records are counted among what may have been records
    if through and (expired < unread or (expired > unread and not (markers and world.jumped))):
        yield f"{unread} were cut unread, and the ledger says {expired}"
    if booked["received"] != booked["applied"] or booked["received"] != seen.total():
        yield f"the ledger says {dict(booked)} of {seen.total()}"


def _outputs(log: Any, lane: int, expected: Mapping[bytes, Any], seen: Counter[bytes]) -> Iterator[str]:
    """A key lives in one lane, so its records follow each other in one partition."""
    numbers: Counter[bytes] = Counter()
    last: dict[tuple[bytes, str], int] = {}
    for entry in log.committed():
        number, _, value = entry.value.partition(b"|")
        record = expected[value]
        seen[value] += 1
        numbers[entry.key] += 1
        if record.partition.partition != lane or record.key != entry.key:
            yield f"{value!r} came out of lane {lane} with key {entry.key!r}"
        if int(number) != numbers[entry.key]:
            yield f"{value!r} is number {int(number)} of its key, not {numbers[entry.key]}"
        place = entry.key, record.partition.topic
        if last.get(place, -1) >= record.offset:
            yield f"{value!r} came behind a later record of its key"
        last[place] = record.offset


def _judged(world: Any) -> Iterator[str]:
    """Each record by the version that its lane had taken up there, be it by whichever worker."""
    if not world.version:
        return
    taken = [Adoption.decode(entry.value) for entry in world.broker.logs[Partition(ADOPTIONS, 0)].committed()]
    published = world.messages()
    for lane in range(world.stage.lanes):
        for entry in world.broker.logs[Partition(_JUDGED, lane)].committed():
            version, _, value = entry.value.partition(b"|")
            record = published[value]
            there = version_at(taken, world.stage.name, record.partition.topic, lane, record.offset)
            if int(version) != there:
                yield f"{value!r} was judged by version {int(version)}, and its lane works by {there} there"


def _opened(world: Any) -> Iterator[str]:
    """What a version leaves to be done in a lane was begun by the last one that the lane has taken up."""
    newest: dict[int, int] = {}
    for entry in world.broker.logs[Partition(ADOPTIONS, 0)].committed():
        taken = Adoption.decode(entry.value)
        newest[taken.lane] = taken.version
    for lane, version in newest.items():
        begun = _fold(world, lane)[1][-1].get(_TAKEN_UP)
        if begun != b"%d" % version and not world.jumped:
            yield f"lane {lane} works by version {version}, and what that left to be done was begun by {begun!r}"


def _fold(world: Any, lane: int) -> tuple[list[int], list[dict[bytes, bytes]]]:
    """Return offsets after the records of a changelog, and the state after each."""
    offsets, states = [0], [dict[bytes, bytes]()]
    for entry in world.broker.logs[Partition(_CHANGELOG, lane)].committed():
        state = dict(states[-1])
        if entry.value is None:
            state.pop(entry.key, None)
        else:
            state[entry.key] = entry.value
        offsets.append(entry.offset + 1)
        states.append(state)
    return offsets, states


def _state(world: Any) -> Iterator[str]:
    """The store held at every moment what the changelog's committed records up to its checkpoint come to."""
    history: defaultdict[int, list[Any]] = defaultdict(list)
    for written in world.shelf.history:
        history[written.lane].append(written)
    for lane in range(world.stage.lanes):
        offsets, states = _fold(world, lane)
        at = 0
        for written in sorted(history[lane], key=lambda one: one.checkpoint):
            while at + 1 < len(offsets) and offsets[at + 1] <= written.checkpoint:
                at += 1
            if written.entries != states[at]:
                differs = dict(written.entries.items() ^ states[at].items()).keys()
                yield f"the store of lane {lane} at {written.checkpoint} differs from its changelog in {set(differs)}"
                break


def _progress(world: Any) -> Iterator[str]:
    """In the end the store is complete, and group and state agree on how far everything was read."""
    for lane in range(world.stage.lanes):
        _, states = _fold(world, lane)
        held = world.shelf.lanes.get(lane)
        if (held[1] if held else {}) != states[-1]:
            yield f"the store of lane {lane} is not what its changelog comes to"
        for topic in world.stage.topics:
            said = states[-1].get(b"p|" + topic.encode())
            offset = world.group.offsets.get(Partition(topic, lane))
            read = None if said is None else int(said.split()[0])
            # positions after markers alone are the group's only
            agree = (offset or 0) >= (read or 0) if world.writes_markers else read == offset
            if not agree and not world.lost_offsets:
                yield f"{topic}/{lane}: the group says {offset}, the state {read}"
