"""A drop folder as a source that is never finished."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from creditbus.connectors.contract import Defect, Finding, Position, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import blob_of
from creditbus.connectors.folder import messages
from creditbus.connectors.folder.arrivals import DIGEST_CHARACTERS, Arrivals, ArrivedFile
from creditbus.connectors.folder.delivery import Delivery
from creditbus.connectors.folder.settings import FolderSettings
from creditbus.topics.text import Text

__all__ = ["FolderSource"]

_REMEMBERED = 4096


class _Taken(NamedTuple):
    """How far a folder was read: what was taken whole, and what in part."""

    digests: tuple[str, ...] = ()
    """Of files taken whole, the oldest first."""
    current: str = ""
    """Of the file in hand; empty: none."""
    within: "Position | None" = None
    """The last row taken of it."""

    @classmethod
    def of(cls, position: Position | None) -> Self:
        if not isinstance(position, Mapping):
            return cls()
        text, member, row = str(position.get("taken") or ""), position.get("member"), position.get("row")
        digests = tuple(text[at : at + DIGEST_CHARACTERS] for at in range(0, len(text), DIGEST_CHARACTERS))
        within: Position | None = {"member": member, "row": row} if member is not None else row
        return cls(digests, str(position.get("file") or ""), within)

    def position(self, within: Position | None) -> Position:
        """Write it down, at a row of the file in hand."""
        inside = within if isinstance(within, Mapping) else {"row": within if isinstance(within, int) else None}
        return {"taken": "".join(self.digests), "file": self.current, **inside}

    def finished(self) -> "_Taken":
        """Note that the file in hand is taken whole."""
        return _Taken((*self.digests, self.current))


def _pruned(digests: tuple[str, ...], present: frozenset[str]) -> tuple[str, ...]:
    """Forget the oldest of the files that are gone but for a few thousand; those that are there are never forgotten."""
    gone = [digest for digest in digests if digest not in present]
    forgotten = frozenset(gone[:-_REMEMBERED])
    return tuple(digest for digest in digests if digest not in forgotten)


class FolderSource:
    """The files of one folder, each read once.

    The position after a file's last row says that it is taken whole, so that it may be moved away then.

    Args:
        settings: The folder.
        clock: Seconds since 1970.
    """

    def __init__(self, settings: FolderSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._arrivals = Arrivals(settings, clock)
        self._remarks: list[str] = []

    def repeat(self) -> None:
        """See the contract: a file that is dropped again is read again."""
        self._arrivals.repeating = True

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        try:
            complete, waiting = self._arrivals.complete(), self._arrivals.waiting()
        except SourceError as error:
            return [Finding("folder", ok=False, message=error.text())]
        words = messages.COMPLETE_FILES(path=self._settings.path, count=len(complete), waiting=waiting)
        findings = [Finding("folder", ok=True, message=words)]
        return [*findings, *(self._delivery(newest).found() for newest in complete[-1:])]

    def discover(self) -> Sequence[Table]:
        """Describe the complete files that can be read, once for each set of columns; the newest first."""
        found: dict[frozenset[str], Table] = {}
        for arrival in reversed(self._arrivals.complete()):
            for table in self._delivery(arrival).tables():
                found.setdefault(frozenset(column.name for column in table.columns), table)
        return list(found.values())

    def version(self) -> str:
        """Say that there is no end to it: it is always read on from the last position."""
        return ""

    def size(self) -> int | None:
        """Tell nothing: how many rows are new would cost a reading."""
        return None

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract. A file that cannot be read is a defect, so that it holds up no other."""
        taken = _Taken.of(position)
        self._remarks = []
        complete = self._arrivals.complete()
        if resting := self._arrivals.waiting():
            self._remarks.append(self._resting(resting))
        present = frozenset(arrival.digest for arrival in complete)
        # the file in hand first, whatever it is called by now
        for arrival in sorted(complete, key=lambda one: one.digest != taken.current):
            if arrival.digest in taken.digests:
                continue
            if arrival.digest != taken.current:
                taken = _Taken(_pruned(taken.digests, present), arrival.digest)
            yield from self._rows(arrival, taken)
            taken = taken.finished()

    def incremental(self) -> str:
        """See the contract."""
        return messages.INCREMENTAL()

    def remarks(self) -> Sequence[str]:
        """Say which sheets and rows the latest reading passed over."""
        return self._remarks

    def _resting(self, count: int) -> Text:
        settings = self._settings
        if settings.ready == "marker":
            return messages.WITHOUT_MARKER(count=count, marker=settings.marker)
        return messages.RESTING(count=count, seconds=settings.quiet_seconds)

    def _rows(self, arrival: ArrivedFile, taken: _Taken) -> Iterator[Row | Defect]:
        def confirm() -> None:
            if not self._arrivals.is_unchanged(arrival):
                raise SourceError(arrival.name, messages.CHANGED(), messages.RUN_AGAIN_WHOLE())

        delivery = self._delivery(arrival)
        yield from delivery.rows(taken.within, taken.position, taken.finished().position(None), confirm)
        self._remarks += delivery.remarks

    def _delivery(self, arrival: ArrivedFile) -> Delivery:
        return Delivery(blob_of(arrival.path, arrival.name), self._settings)
