"""Holds the facts that changes carry, and the restatements that follow from them, against a plain replay.

The rules, written a second time: of the registrations of a subject that are not withdrawn the one whose content was
published last says what is known of it. A record that was emitted under other facts, or by other grants, is emitted
again, unless it is retracted.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.harness.changes import RETRACTED, Change, Policy
from tests.harness.problem import WRONG, Problem
from tests.harness.recomputation import NOBODY, REGISTRATION, Facts, Recomputation, RecordId

__all__ = ["final_facts", "restatement"]


class _Registration(NamedTuple):
    facts: Facts
    withdrawn: bool
    published: tuple[int, int]


class _Order:
    """The order in which the records of one subject are restated."""

    def __init__(self) -> None:
        self._names: list[RecordId] = []
        self._places: dict[RecordId, int] = {}

    def place_of(self, name: RecordId) -> int:
        """Return the place of a record; of a new one, the last."""
        if name not in self._places:
            self._places[name] = len(self._names)
            self._names.append(name)
        return self._places[name]

    def take_out(self, name: RecordId) -> None:
        """Forget a record: the one that came last takes its place."""
        other, place = self._names.pop(), self._places[name]
        if other != name:
            self._names[place] = other
            self._places[other] = place
        del self._places[name]


class _Replay:
    """The facts of one subject, change after change."""

    def __init__(self) -> None:
        self.facts = NOBODY
        self.epoch = 0
        """How often the facts became others."""
        self._said: dict[RecordId, _Registration] = {}

    def take(self, change: Change) -> None:
        """Read a change that an event made."""
        if change.name.item != REGISTRATION:
            return
        known = self._said.get(change.name)
        facts = change.registers or (known.facts if known else NOBODY)
        published = known.published if known and change.applied[0] == "TRANSITION" else change.published
        withdrawn = change.state == "WITHDRAWN"
        self._said[change.name] = _Registration(facts, withdrawn, published)
        standing = [
            (said.published, "|".join(name), said.facts) for name, said in self._said.items() if not said.withdrawn
        ]
        # two of other partitions may have come at one moment under one number: then their keys decide
        *_, now = max(standing, default=(NOBODY,))
        self.epoch += now != self.facts
        self.facts = now


def final_facts(changes: Iterable[Change]) -> Facts:
    """Return what the changes of one subject, in their order, leave known of it."""
    replay = _Replay()
    for change in changes:
        if not change.restated:
            replay.take(change)
    return replay.facts


def restatement(
    changes: Sequence[Change],
    truth: Recomputation | None,
    free: Collection[str] = (),
    policies: Mapping[str, Policy] | None = None,
    gated: Callable[[str, int], bool] = lambda item, version: True,  # noqa: ARG005 -- the shipped ones are
) -> Iterator[Problem]:
    """Say what is wrong with the facts of changes, and with what was restated.

    Args:
        changes: all of them; those of a subject in their order.
        truth: recomputed from the ingest topics; None where they hold more than can be recomputed.
        free: items that admit unregistered subjects.
        policies: those by which items are shown in the end; None: nobody looks.
        gated: whether a version, or one before it, withholds records of an item for a value.

    """
    subjects: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        subjects[change.name.subject].append(change)
    for subject, of_it in subjects.items():
        yield from _subject(subject, of_it, truth, {REGISTRATION, *free}, gated)
    for name, change in {change.name: change for change in changes}.items():
        if policies is not None and change.state not in RETRACTED and change.policy != policies[name.item]:
            yield Problem(WRONG, 1, f"record {name}: last emitted by {change.policy}, true is {policies[name.item]}")


def _subject(
    subject: str,
    changes: Sequence[Change],
    truth: Recomputation | None,
    free: Collection[str],
    gated: Callable[[str, int], bool],
) -> Iterator[Problem]:
    replay = _Replay()
    last: dict[RecordId, Change] = {}
    order = _Order()
    # by item: another version goes through some items, other consents go through all of them
    restated: dict[str, tuple[tuple[int, int], int]] = {}
    by: dict[str, object] = {}
    turns = 0
    for change in changes:
        place = order.place_of(change.name)
        turns += by.get(change.name.item) != (change.policy, change.consents)
        by[change.name.item] = change.policy, change.consents
        if change.restated:
            yield from _restated(change, last.get(change.name))
            moment, after = restated.get(change.name.item, ((0, 0), -1))
            again = _by_consents_alone(change, last.get(change.name))
            if moment == (replay.epoch, turns) and place <= after and not again:
                yield Problem(WRONG, 1, f"{change.where}: restated after a record that was there later")
            restated[change.name.item] = (replay.epoch, turns), place
        else:
            replay.take(change)
            if change.by_event and not change.facts.registered and change.name.item not in free:
                yield Problem(WRONG, 1, f"{change.where}: applied, and its subject is not registered")
        if change.facts != replay.facts:
            yield Problem(WRONG, 1, f"{change.where}: under {change.facts}, true is {replay.facts}")
        yield from _before(change, last.get(change.name), gated)
        last[change.name] = change
        if change.gives_up:
            # whoever goes through the subject's records in parts begins again
            restated.clear()
            order.take_out(change.name)
            del last[change.name]
    standing = {replay.facts} if truth is None else {story.facts for story in truth.standing(subject)} or {NOBODY}
    if replay.facts not in standing:
        yield Problem(WRONG, 1, f"subject {subject}: {replay.facts} in the end, true is one of {standing}")
    yield from _end(last.values(), replay.facts)


def _by_consents_alone(change: Change, last: Change | None) -> bool:
    """Say whether nothing but the consents of its subject is another than when the record was emitted last.

    A day begins or ends consents: a subject that is gone through in parts goes by them from the next part on, and is
    begun again when the lane comes to what the day brings.
    """
    return last is not None and (change.facts, change.policy) == (last.facts, last.policy)


def _before(change: Change, last: Change | None, gated: Callable[[str, int], bool]) -> Iterator[Problem]:
    true = None
    if last is not None:
        gate = last.gate if gated(change.name.item, change.policy.version) else ""
        true = None if last.under == change.under and not gate else (*last.under, gate)
    if change.before != true:
        yield Problem(WRONG, 1, f"{change.where}: facts before it {change.before}, true is {true}")


def _restated(change: Change, last: Change | None) -> Iterator[Problem]:
    where = change.where
    if last is None:
        yield Problem(WRONG, 1, f"{where}: restates a record that was not there")
        return
    if last.state in RETRACTED:
        yield Problem(WRONG, 1, f"{where}: restates a record that is {last.state}")
    if last.under == change.under:
        yield Problem(WRONG, 1, f"{where}: restates a record under facts, policy and consents that it had")
    if (change.source, change.header, change.said) != (last.source, last.header, last.said):
        yield Problem(WRONG, 1, f"{where}: is not what was emitted of the record last")
    if (change.applied, change.previous_state) != (("RESTATED", *last.applied[1:]), last.state):
        yield Problem(WRONG, 1, f"{where}: {change.applied} from {change.previous_state} restates {last.applied}")
    named = b"restated\0" + last.event_id + change.version.to_bytes(8, "big")
    if change.event_id != hashlib.blake2b(named, digest_size=16).digest():
        yield Problem(
            WRONG, 1, f"{where}: the id of the restated event is not made from the one before and its version"
        )


def _end(last: Iterable[Change], facts: Facts) -> Iterator[Problem]:
    for change in last:
        if change.state not in RETRACTED and change.facts != facts:
            yield Problem(WRONG, 1, f"record {change.name}: last emitted under {change.facts}, true is {facts}")
