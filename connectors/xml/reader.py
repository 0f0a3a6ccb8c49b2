"""Reads one XML file."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from creditbus.connectors.contract import Column, Defect, DefectReason, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.disguise import Content, require_text
from creditbus.connectors.xml import messages
from creditbus.connectors.xml.records import Record, records
from creditbus.connectors.xml.settings import XmlOptions
from creditbus.connectors.xml.transcoding import declared_encoding, utf8_blocks

__all__ = ["XmlReader"]

_DISCOVERED_RECORDS = 1000
_HEAD_BYTES = 512


class XmlReader:
    """One XML file; rows are numbered by record, and so are positions."""

    def __init__(self, blob: Blob, settings: XmlOptions) -> None:
        self._blob = blob
        self._settings = settings

    def found(self) -> str:
        """See the protocol."""
        columns = self._columns()
        if not columns:
            fix = messages.NAME_RECORD()
            raise SourceError(self._blob.place, messages.NO_RECORD(), fix)
        return messages.ELEMENTS(count=len(columns), encoding=self._encoding())

    def tables(self) -> Sequence[Table]:
        """See the protocol."""
        return [Table(self._blob.name, tuple(map(Column, self._columns())), details={"encoding": self._encoding()})]

    def size(self) -> int | None:
        """Tell nothing: counting records is reading them."""
        return None

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        file = self._blob.name
        for number, cells, fault in self._records():
            if number <= done:
                continue
            if fault:
                original = json.dumps(cells, ensure_ascii=False).encode()[: self._settings.row_bytes]
                yield Defect(DefectReason.UNPARSABLE, fault, original, file, "", number, number)
            else:
                yield Row(cells, file, "", number, number)

    def _records(self) -> Iterator[Record]:
        require_text(self._blob, Content.PAGE, Content.SPREADSHEET_XML)
        encoding = self._encoding()
        with self._blob.open() as stream:
            yield from records(utf8_blocks(stream, encoding), self._blob.place, self._settings)

    def _encoding(self) -> str:
        return declared_encoding(self._blob.head(_HEAD_BYTES), self._blob.place)

    def _columns(self) -> list[str]:
        names: dict[str, None] = {}
        for record in islice(self._records(), _DISCOVERED_RECORDS):
            names.update(dict.fromkeys(() if record.fault else record.cells))
        return list(names)
