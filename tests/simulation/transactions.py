"""The transaction coordinator: transactional ids, epochs, markers (KIP-98, KIP-890 part 2)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from creditbus.services.engine.batch import Partition

__all__ = ["CONCURRENT", "Transactions"]

CONCURRENT, FENCED, BAD_STATE, UNKNOWN_ID = 51, 90, 48, 49

#: Marks the end of a transaction: partition, producer, epoch, whether it committed.
Mark = Callable[[Partition, int, int, bool], None]
#: Does something at a later moment.
Later = Callable[[float, Callable[[], None]], None]


@dataclass(slots=True)
class _Id:
    producer: int
    epoch: int
    timeout: float
    ongoing: bool = False
    ending: bool = False
    number: int = 0
    partitions: set[Partition] = field(default_factory=set)
    offsets: dict[str, dict[Partition, int]] = field(default_factory=dict)


class Transactions:
    """Gives each transactional id to whoever asked last, and makes its transactions true or void.

    Args:
        mark: see `Mark`.
        commit_offsets: makes a group's offsets true.
        later: see `Later`.
        delay: how long the next marker takes.

    """

    def __init__(
        self,
        mark: Mark,
        commit_offsets: Callable[[str, Mapping[Partition, int]], None],
        later: Later,
        delay: Callable[[], float],
    ) -> None:
        self._mark = mark
        self._commit_offsets = commit_offsets
        self._later = later
        self._delay = delay
        self._ids: dict[str, _Id] = {}

    def take(self, name: str, timeout: float) -> tuple[int, int, int]:
        """InitProducerId: return an error code, producer and epoch."""
        held = self._ids.get(name)
        if held is None:
            held = self._ids[name] = _Id(1000 + len(self._ids), -1, timeout)
        if held.ending:
            return CONCURRENT, -1, -1
        held.epoch += 1
        if held.ongoing:
            self._end(held, committed=False)
            return CONCURRENT, -1, -1
        return 0, held.producer, held.epoch

    def join(self, name: str, producer: int, epoch: int, partitions: Iterable[Partition]) -> int:
        """Add partitions to the transaction under way, or to a new one; return an error code."""
        held, code = self._held(name, producer, epoch)
        if not code and held is not None:
            self._begin(held)
            held.partitions.update(partitions)
        return code

    def add_offsets(self, name: str, producer: int, epoch: int, group: str, offsets: Mapping[Partition, int]) -> int:
        """TxnOffsetCommit: they become true with the transaction; return an error code."""
        held, code = self._held(name, producer, epoch)
        if not code and held is not None:
            self._begin(held)
            held.offsets.setdefault(group, {}).update(offsets)
        return code

    def end(self, name: str, producer: int, epoch: int, *, committed: bool) -> tuple[int, int, int]:
        """EndTxn: decided when this returns, though markers come later; return an error code, producer and epoch."""
        held, code = self._held(name, producer, epoch)
        if code or held is None:
            return code, -1, -1
        if not held.ongoing:
            return BAD_STATE, -1, -1
        held.epoch += 1
        self._end(held, committed=committed)
        return 0, held.producer, held.epoch

    def _held(self, name: str, producer: int, epoch: int) -> tuple[_Id | None, int]:
        held = self._ids.get(name)
        if held is None or held.producer != producer:
            return None, UNKNOWN_ID
        if held.epoch != epoch:
            return None, FENCED
        return held, CONCURRENT if held.ending else 0

    def _begin(self, held: _Id) -> None:
        if held.ongoing:
            return
        held.ongoing = True
        held.number += 1
        number = held.number

        def expire() -> None:
            if held.ongoing and held.number == number:
                held.epoch += 1
                self._end(held, committed=False)

        self._later(held.timeout, expire)

    def _end(self, held: _Id, *, committed: bool) -> None:
        """Write the markers one by one; the id is free after the last."""
        held.ongoing, held.ending = False, True
        epoch = held.epoch
        steps: list[Callable[[], None]] = [
            lambda partition=partition: self._mark(partition, held.producer, epoch, committed)  # type: ignore[misc]
            for partition in sorted(held.partitions)
        ]
        if committed:
            steps += [
                lambda group=group, offsets=offsets: self._commit_offsets(group, offsets)  # type: ignore[misc]
                for group, offsets in held.offsets.items()
            ]
        held.partitions, held.offsets = set(), {}
        left = len(steps)

        def do(step: Callable[[], None]) -> None:
            nonlocal left
            step()
            left -= 1
            held.ending = left > 0

        held.ending = left > 0
        for step in steps:
            self._later(self._delay(), lambda step=step: do(step))  # type: ignore[misc]
