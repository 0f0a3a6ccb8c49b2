"""A drop folder of another machine as a source that is never finished."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from creditbus.connectors.contract import Defect, DefectReason, Finding, Position, Row, Table
from creditbus.connectors.errors import UserError
from creditbus.connectors.files.blob import blob_of
from creditbus.connectors.folder import messages as of_folders
from creditbus.connectors.folder.delivery import Delivery
from creditbus.connectors.remote import messages
from creditbus.connectors.remote.copies import Copies
from creditbus.connectors.remote.listing import Listing, listed
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.connectors.remote.store import RemoteFile, Store
from creditbus.connectors.remote.taken import Taken

__all__ = ["RemoteFolderSource"]

_MOST_LOOKED_AT = 5
"""Files that are copied to find out what columns there are."""


class RemoteFolderSource:
    """The files of one folder, each read once.

    A file is copied to this machine when its turn comes, and read there.

    Args:
        settings: The folder.
        clock: Seconds since 1970, as the server counts them.
    """

    def __init__(self, settings: RemoteFolderSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._repeating = False
        self._remarks: list[str] = []
        self._ended: Position | None = None

    def repeat(self) -> None:
        """See the contract: a file that is dropped again is read again."""
        self._repeating = True

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        try:
            with self._looking() as (listing, copies):
                words = of_folders.COMPLETE_FILES(
                    path=self._settings.url, count=len(listing.complete), waiting=listing.waiting
                )
                findings = [Finding("folder", ok=True, message=words)]
                if listing.undated:
                    findings.append(Finding("times", ok=False, message=messages.UNDATED(count=listing.undated)))
                newest = [file for file in listing.complete[-1:] if copies.digest(file) and self._fits(file, copies)]
                return [*findings, *(self._delivery(file, copies).found() for file in newest)]
        except UserError as error:
            return [Finding("folder", ok=False, message=error.text())]

    def discover(self) -> Sequence[Table]:
        """Describe the newest complete files that can be read, once for each set of columns; the newest first."""
        found: dict[frozenset[str], Table] = {}
        with self._looking() as (listing, copies):
            for file in reversed(listing.complete[-_MOST_LOOKED_AT:]):
                if copies.digest(file) is None or not self._fits(file, copies):
                    continue
                for table in self._delivery(file, copies).tables():
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
        taken = Taken(position)
        self._remarks, self._ended = [], None
        with self._looking() as (listing, copies):
            waiting = listing.waiting
            for file in _in_order(listing, taken, copies):
                if taken.has_state(file.mark):
                    continue
                digest = copies.digest(file)
                if digest is None:
                    waiting += 1
                elif taken.has_content(digest):
                    taken.learn(file.mark)
                else:
                    if digest != taken.current:
                        taken.begin(digest, file.mark, listing.marks)
                    taken.mark = file.mark  # of a file that was renamed
                    yield from self._rows(file, copies, taken)
                    taken.finish()
                copies.discard(file)
            self._ended = taken.at(None)
            if waiting:
                self._remarks.insert(0, self._resting(waiting, listing.undated))

    def settle(self, position: Position) -> None:
        """Mark nothing: whoever drops files may take them away, and the connector leaves them as they are."""

    def settled(self, position: Position) -> Position:
        """Return the position at the end of a reading, which also knows files that had nothing new to give."""
        return position if self._ended is None else self._ended

    def incremental(self) -> str:
        """See the contract."""
        return of_folders.INCREMENTAL()

    def remarks(self) -> Sequence[str]:
        """Say which files, sheets and rows the latest reading passed over."""
        return self._remarks

    @contextmanager
    def _looking(self) -> Iterator[tuple[Listing, Copies]]:
        settings = self._settings
        with Store(settings) as store, Copies(store, settings.file_bytes, repeating=self._repeating) as copies:
            yield listed(store, settings, self._clock()), copies

    def _rows(self, file: RemoteFile, copies: Copies, taken: Taken) -> Iterator[Row | Defect]:
        if copies.is_too_large(file):
            detail = messages.TOO_LARGE(size=file.state.size, most=self._settings.file_bytes)
            yield Defect(DefectReason.UNPARSABLE, detail, b"", file.name, "", 1, taken.after())
            return
        delivery = self._delivery(file, copies)
        yield from delivery.rows(taken.within, taken.at, taken.after())
        self._remarks += delivery.remarks

    def _fits(self, file: RemoteFile, copies: Copies) -> bool:
        return not copies.is_too_large(file)

    def _delivery(self, file: RemoteFile, copies: Copies) -> Delivery:
        blob = blob_of(copies.path(file), file.name)
        return Delivery(replace(blob, place=f"{self._settings.url}/{file.name}"), self._settings)

    def _resting(self, count: int, undated: int) -> str:
        settings = self._settings
        if undated:
            return messages.UNDATED(count=undated)
        if settings.ready == "marker":
            return of_folders.WITHOUT_MARKER(count=count, marker=settings.marker)
        return of_folders.RESTING(count=count, seconds=settings.quiet_seconds)


def _in_order(listing: Listing, taken: Taken, copies: Copies) -> Iterator[RemoteFile]:
    """Give the complete files, the one in hand first, whatever it is called by now."""
    in_hand = None
    if taken.current:
        in_hand = next((file for file in listing.complete if file.mark == taken.mark), None)
        if in_hand is None:  # it was renamed, or is gone: only its content tells
            unknown = (file for file in listing.complete if not taken.has_state(file.mark))
            in_hand = next((file for file in unknown if copies.digest(file) == taken.current), None)
    if in_hand is not None:
        yield in_hand
    yield from (file for file in listing.complete if file is not in_hand)
