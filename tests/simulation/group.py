"""The group coordinator: who is a member, who has which partitions, which offsets are committed.

Joining and taking the assignment, two requests in Kafka, are one here.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from creditbus.services.engine.batch import Partition

__all__ = ["OK", "REBALANCING", "UNKNOWN_MEMBER", "Group", "Joined"]

OK, UNKNOWN_MEMBER, REBALANCING = 0, 25, 27

Later = Callable[[float, Callable[[], None]], None]


class Joined(NamedTuple):
    """What a member learns at the end of a rebalance."""

    error: int
    member: str
    generation: int
    partitions: frozenset[Partition]


class _Member:
    def __init__(self) -> None:
        self.seen = 0
        self.waits: asyncio.Future[Joined] | None = None


class Group:
    """Partitions go out by range, whole lanes together, after all members have given up theirs.

    Args:
        partitions: all that there are.
        session: seconds without a heartbeat after which a member is dropped.
        patience: seconds that a rebalance waits for members to come.
        later: does something at a later moment.

    """

    def __init__(self, partitions: Collection[Partition], session: float, patience: float, later: Later) -> None:
        self.offsets: dict[Partition, int] = {}
        self._partitions = partitions
        self._session = session
        self._patience = patience
        self._later = later
        self._members: dict[str, _Member] = {}
        self._generation = 0
        self._rebalancing = False
        self._made = 0

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Make offsets true."""
        self.offsets |= offsets

    def join(self, member: str) -> "asyncio.Future[Joined]":
        """Give up what the member has and wait for the others; a name that is not known gets another."""
        if member not in self._members:
            self._made += 1
            member = f"{self._made:03}"
            self._members[member] = _Member()
        waits: asyncio.Future[Joined] = asyncio.get_running_loop().create_future()
        self._members[member].waits = waits
        self._rebalance()
        self._settle()
        return waits

    def heartbeat(self, member: str, generation: int) -> int:
        """Return an error code."""
        held = self._members.get(member)
        if held is None:
            return UNKNOWN_MEMBER
        self._watch(member, held)
        return REBALANCING if self._rebalancing or generation != self._generation else OK

    def leave(self, member: str) -> None:
        """Drop a member."""
        if self._members.pop(member, None) is not None:
            self._rebalance()
            self._settle()

    def _watch(self, name: str, member: _Member) -> None:
        member.seen += 1
        seen = member.seen

        def expire() -> None:
            if member.seen == seen and member.waits is None and self._members.get(name) is member:
                self.leave(name)

        self._later(self._session, expire)

    def _rebalance(self) -> None:
        if self._rebalancing:
            return
        self._rebalancing = True
        self._generation += 1
        generation = self._generation

        def end() -> None:
            if self._rebalancing and self._generation == generation:
                self._members = {name: held for name, held in self._members.items() if held.waits is not None}
                self._settle()

        self._later(self._patience, end)

    def _settle(self) -> None:
        if not self._rebalancing or any(member.waits is None for member in self._members.values()):
            return
        self._rebalancing = False
        names = sorted(self._members)
        lanes = max(partition.partition for partition in self._partitions) + 1
        for place, name in enumerate(names):
            least, more = divmod(lanes, len(names))
            first = place * least + min(place, more)
            mine = range(first, first + least + (place < more))
            held = self._members[name]
            waits, held.waits = held.waits, None
            self._watch(name, held)
            found = frozenset(partition for partition in self._partitions if partition.partition in mine)
            if waits is not None and not waits.done():
                waits.set_result(Joined(OK, name, self._generation, found))
