"""Merged ranges of an xlsx sheet. They stand after its rows, so that they are sought before the rows are read."""

import re
from typing import BinaryIO

from openpyxl.utils.cell import column_index_from_string

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.sheet_row import MOST_MERGES, Merge

__all__ = ["merged_ranges"]

_BLOCK = 1 << 20
_MARK = b"mergeCell"
_CORNER = rb"([A-Z]{1,3})([0-9]{1,7})"
_RANGE = re.compile(rb"<(?:\w{1,40}:)?mergeCell\s[^<>]{0,200}?ref=[\"']" + _CORNER + b":" + _CORNER)
_LONGEST = 512
"""Bytes of one element; what may be cut by the end of a block."""


def merged_ranges(source: BinaryIO, place: str) -> list[Merge]:
    """Look through a sheet's part. XML is not parsed: that would cost as much as the rows.

    Raises:
        SourceError: it is damaged, or has more ranges than any sheet.
    """
    found: list[Merge] = []
    rest = b""
    while block := source.read(_BLOCK):
        text = rest + block
        rest = text[-_LONGEST:]
        if _MARK not in text:
            continue
        end = 0
        for match in _RANGE.finditer(text):
            left, first, right, last = match.groups()
            found.append(Merge(int(first), int(last), _column(left), _column(right)))
            end = match.end()
        rest = text[max(end, len(text) - _LONGEST) :]
        if len(found) > MOST_MERGES:
            raise SourceError(place, messages.TOO_MANY_MERGES(most_merges=MOST_MERGES), messages.SAVE_AGAIN())
    return found


def _column(letters: bytes) -> int:
    return column_index_from_string(letters.decode())
