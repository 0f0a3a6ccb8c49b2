"""One delivered file as rows, whatever its format; one that cannot be read is a refused row, and holds up no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from creditbus.connectors.contract import Defect, DefectReason, Finding, Position, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.settings import ReadingSettings
from creditbus.connectors.files.source import left_out, parts, passed_over, read_parts
from creditbus.connectors.folder import messages
from creditbus.topics.text import Text

__all__ = ["Delivery"]


class Delivery:
    """A file of a drop folder.

    Args:
        blob: Its bytes, and what people call it.
        settings: How files are read.

    Attributes:
        remarks: what the reading found in addition to its rows; complete after the last row.
    """

    def __init__(self, blob: Blob, settings: ReadingSettings) -> None:
        self._blob = blob
        self._settings = settings
        self.remarks: list[Text] = []

    def rows(
        self,
        within: Position | None,
        at: Callable[[Position | None], Position],
        after: Position,
        confirm: Callable[[], None] = lambda: None,
    ) -> Iterator[Row | Defect]:
        """Give the rows after one of them.

        Args:
            within: Position of that row in the file; ``None``: all rows.
            at: Makes the folder's position of a row from its position in the file.
            after: The folder's position after the file's last row.
            confirm: Is called before the last row; raises SourceError where the file is not what was read any more.
        """
        last = within if isinstance(within, int) else 0
        before: Row | Defect | None = None
        fault = ""
        try:
            found = parts(self._blob, None, self._settings)
            for row in read_parts(found, within):
                if before is not None:
                    yield before._replace(position=at(before.position))
                before, last = row, max(last, row.row)
            remarks = (*left_out(found), *passed_over(found))
            self.remarks += (messages.OF_FILE(name=self._blob.name, said=remark) for remark in remarks)
        except SourceError as error:
            fault = error.text()
        confirm()
        if before is not None:
            yield before._replace(position=at(before.position) if fault else after)
        if fault:
            yield Defect(DefectReason.UNPARSABLE, fault, b"", self._blob.name, "", last + 1, after)

    def found(self) -> Finding:
        """Say what the file looks like."""
        try:
            words = [part.reader.found() for part in parts(self._blob, None, self._settings)]
        except SourceError as error:
            return Finding("rows", ok=False, message=error.text())
        return Finding("rows", ok=True, message=messages.OF_FILE(name=self._blob.name, said=words[0]))

    def tables(self) -> Sequence[Table]:
        """Describe what is in it; nothing of a file that cannot be read, for its rows will say so."""
        try:
            found = parts(self._blob, None, self._settings)
            tables = [table for part in found for table in part.reader.tables()]
        except SourceError:
            return []
        return [replace(table, name=f"{self._blob.name} {table.name}") for table in tables]
