"""Rules of the engine, each broken on purpose: a simulation that does not see it would prove nothing.

By functions, never by mocks: these keep the arguments of every call, and with them whole worlds.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from unittest import mock

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.consume import consumer_thread
from creditbus.services.engine.consume.fetcher import StageFetcher
from creditbus.services.engine.produce import transaction
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.run import inbox, lane, lane_range, pipeline
from creditbus.services.engine.run import range_owner as owner
from creditbus.services.engine.run.adoption import adopt
from creditbus.services.engine.run.lane import Entries, Lane
from creditbus.services.engine.run.lane_range import LaneRange
from creditbus.services.engine.run.pipeline import Pipeline
from creditbus.services.engine.run.range_owner import RangeOwner
from creditbus.services.engine.run.runtime import StageRuntime
from creditbus.services.engine.run.start_offset import StartOffset
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.store import Store

__all__ = ["BREAKS", "SELDOM", "broken"]

Patches = list[Any]


def _nothing(*_: object) -> list[LaneRange]:
    return []


def _no_overlap() -> Patches:
    """Whoever acquires a lane range fences its own id only."""
    return [mock.patch.object(owner, "overlapping", _nothing)]


def _ancestors_only() -> Patches:
    """Whoever acquires a lane range fences those around it and forgets those within."""

    def around(held: LaneRange, _: int) -> list[LaneRange]:
        return list(lane_range._around(held))

    return [mock.patch.object(owner, "overlapping", around)]


def _within_only() -> Patches:
    """Whoever acquires a lane range fences those within it and forgets those around."""

    def within(held: LaneRange, lanes: int) -> list[LaneRange]:
        return list(lane_range._within(held, lanes))

    return [mock.patch.object(owner, "overlapping", within)]


def _others_first() -> Patches:
    """Whoever acquires a lane range takes its own id last, so that two may shut each other out and both go on."""
    fence = TransactionalProducer.fence

    async def others_first(self: Any, others: Sequence[str] = ()) -> None:
        await self._brokers.open()
        for other in others:
            await self._brokers.take(other)
        await fence(self)

    return [mock.patch.object(TransactionalProducer, "fence", others_first)]


def _offsets_first() -> Patches:
    """The offsets are read before anybody is fenced."""
    acquire = RangeOwner._acquire

    async def offsets_first(self: Any) -> Pipeline:
        committed = await self._positions.committed(self.partitions)
        first, _ = await self._positions.bounds(self.partitions)
        early = {place: StartOffset(max(at or 0, first[place])) for place, at in committed.items()}

        async def starts() -> dict[Partition, StartOffset]:
            return early

        self._starts = starts
        return await acquire(self)

    return [mock.patch.object(RangeOwner, "_acquire", offsets_first)]


def _store_first() -> Patches:
    """The store is written before the transaction is committed."""

    async def commit(self: Any, computed: Any, passed: Mapping[Partition, int]) -> None:
        offsets = {**passed} | {batch.partition: batch.end for share in computed.shares for batch in share.batches}
        await pipeline._outcome(self._writing)
        logs = asyncio.get_running_loop().world.broker.logs  # type: ignore[attr-defined]
        ends = {held.changelog: logs[held.changelog].end + len(entries) for held, entries in computed.written}
        self._writing = self._begin(self._write(computed, ends))
        await pipeline._outcome(self._writing)
        await self._producer.commit(computed.packed, offsets)

    return [mock.patch.object(Pipeline, "_commit", commit)]


def _read_too_early() -> Patches:
    """A batch whose state was read ahead does not see what the one before it wrote."""
    return [mock.patch.object(Pipeline, "_follow", _nothing)]


def _same_assignment_epoch() -> Patches:
    """Acquisitions are not distinguished."""

    def always_one(_: object) -> int:
        return 1

    return [mock.patch.object(consumer_thread.ConsumerThread, "next_assignment_epoch", always_one)]


def _any_batch() -> Patches:
    """A batch of an earlier acquisition is taken, and nobody looks whether it goes on where the last one ended."""

    def take(self: Any, most: int) -> list[Batch]:
        for batch in self._batches:
            self._expected[batch.partition] = batch.end
        taken, self._batches = list(self._batches), type(self._batches)()
        self.records = 0
        assert most
        return taken

    return [*_same_assignment_epoch(), mock.patch.object(inbox.Inbox, "take", take)]


def _never_polled() -> Patches:
    """The group's membership does not hear that the member is at work."""
    return [mock.patch.object(StageFetcher, "polled", _nothing)]


def _checkpoint_ignored() -> Patches:
    """A lane reads from its store without a look at where that is."""

    async def read(self: Any, store: Store, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        return (await store.read(self.number, keys)).values

    return [mock.patch.object(Lane, "_read_stored", read)]


def _outcome_ignored() -> Patches:
    """A transaction is begun before the one before it has ended."""

    async def outcome(_: object) -> None: ...

    return [mock.patch.object(pipeline, "_outcome", outcome)]


def _progress_ignored() -> Patches:
    """A lane believes the group, whatever it says itself of how far it has read."""

    async def progress(_: Lane, __: Iterable[Partition]) -> dict[Partition, Any]:
        return {}

    return [mock.patch.object(Lane, "progress", progress)]


def _pending_ignored() -> Patches:
    """A batch does not see what the one before it has computed and not yet written."""

    async def read(self: Any, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        return await self._read_stored(self._store, set(keys))  # type: ignore[no-any-return]

    return [mock.patch.object(Lane, "read", read)]


def _pending_kept() -> Patches:
    """What was computed and never committed is still there after the next acquisition."""

    class Kept(list[Entries]):
        def clear(self) -> None: ...

    make = Lane.__init__

    def init(self: Any, *args: Any) -> None:
        make(self, *args)
        self._pending = Kept()

    return [mock.patch.object(Lane, "__init__", init)]


def _no_restore() -> Patches:
    """A lane goes on with the store as it is, and does not bring it up to its changelog's end."""

    async def nothing(_: object, __: object, start: int | None) -> AsyncIterator[tuple[dict[bytes, bytes | None], int]]:
        if start is None:
            yield {}, 0

    return [mock.patch.object(lane, "read_tail", nothing)]


def _no_offsets() -> Patches:
    """The input's offsets are not part of the transaction."""

    async def nothing(_: object, __: Mapping[Partition, int]) -> None: ...

    return [mock.patch.object(transaction.TransactionalProducer, "_send_offsets", nothing)]


def _ids_per_worker() -> Patches:
    """Each worker has ids of its own, so that nobody is ever fenced."""

    def own(self: Any, held: LaneRange) -> str:
        return f"{self._runtime.group}-{held}-{id(self._runtime.slots)}"

    return [mock.patch.object(RangeOwner, "_id", own)]


def _silent_loss() -> Patches:
    """What was cut unread is passed over without a word."""

    async def nothing(*_: object) -> None: ...

    return [mock.patch.object(owner, "settle_losses", nothing)]


def _stale_version() -> Patches:
    """An acquisition does not look for what was published meanwhile."""

    async def as_it_is(self: StageRuntime) -> StageRuntime:
        return replace(self, origin=self)

    return [mock.patch.object(StageRuntime, "newest", as_it_is)]


def _nothing_said() -> Patches:
    """A lane that is taken up by another version gets no message of it."""

    async def quiet(stage: Stage, *others: Any) -> None:
        await adopt(replace(stage, opening=None), *others)

    return [mock.patch.object(owner, "adopt", quiet)]


#: By name; the text says what is wrong.
BREAKS: Final[dict[str, Callable[[], Patches]]] = {
    "overlapping lane ranges are not fenced": _no_overlap,
    "lane ranges within are not fenced": _ancestors_only,
    "lane ranges around are not fenced": _within_only,
    "a worker's own id is taken last": _others_first,
    "ids of each worker's own": _ids_per_worker,
    "offsets are read before the fence": _offsets_first,
    "the store is written before the commit": _store_first,
    "an assignment epoch is forgotten": _same_assignment_epoch,
    "a stale batch is taken, and its gap": _any_batch,
    "the fetcher never tells that it polls": _never_polled,
    "a checkpoint is ignored": _checkpoint_ignored,
    "a pending outcome is not awaited": _outcome_ignored,
    "a lane's own progress is ignored": _progress_ignored,
    "what is read ahead is not brought up to date": _read_too_early,
    "what is pending is not read": _pending_ignored,
    "what was pending is kept": _pending_kept,
    "a store is not restored": _no_restore,
    "offsets are outside the transaction": _no_offsets,
    "what was cut unread is not booked": _silent_loss,
    "a newer version is not looked for": _stale_version,
    "a lane is not told what a version leaves to be done": _nothing_said,
}


#: Of these, what takes more schedules than the gate has time for.
SELDOM: Final = frozenset({"a worker's own id is taken last"})


@contextlib.contextmanager
def broken(name: str) -> Iterator[None]:
    """Run the engine with one rule broken."""
    with contextlib.ExitStack() as stack:
        for patch in BREAKS[name]():
            stack.enter_context(patch)
        yield
