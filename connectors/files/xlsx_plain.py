"""Rows of a sheet as spreadsheets write nearly all of them, by one regular expression: several times as fast as expat.

It takes a row only where it understands every character of it: cells in their usual form, with a value or a text and
nothing else. Whatever else there may be (formulas, rich text, comments, prefixes, damage, invalid values) is left
to :mod:`.xlsx_sheet`, so that both ways give the same rows; tests/properties compares them.
"""

import re
from collections.abc import Iterator

__all__ = ["PlainCell", "PlainRow", "plain_row"]

_TEXT = "[^<\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff]*"
"""Without what XML forbids, and without carriage returns, which XML changes."""
_KIND = "s|n|str|b|e|d|inlineStr"
_CELL = re.compile(
    rf'<c r="([A-Z]{{1,3}})[0-9]{{1,7}}"(?: s="([0-9]{{1,9}})")?(?: t="({_KIND})")?'
    rf'(?: ?/>|>(?:<v>({_TEXT})</v>|<is><t(?: xml:space="preserve")?>({_TEXT})</t></is>)?</c>)'
)
_PARTS = 6
"""Of a split by it: five groups, and what stands before."""
_START = re.compile('<row r="([1-9][0-9]{0,6})"((?: [A-Za-z0-9:]{1,40}="[^"<&\\x00-\\x1f]{0,40}")*)>')
_NAME = re.compile(" ([A-Za-z0-9:]+)=")
_END = "</row>"
_REFERENCE = re.compile("&([^;]{0,5});?")
_REFERRED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

PlainCell = tuple[str, str, str, str]
"""Letters of the column, style, type, text."""
PlainRow = tuple[int, Iterator[PlainCell]]
"""Number, and the cells that have a text."""


class _OtherwiseError(Exception):
    """It is not a plain row."""


def plain_row(raw: bytes) -> PlainRow | None:
    """Take a row apart, from ``<row`` to ``</row>``; ``None``: it is none of the usual form."""
    try:
        row = raw.decode()
    except UnicodeDecodeError:
        return None
    start = _START.match(row)
    if start is None or "]]>" in row or not _are_distinct(start[2]):
        return None
    parts = _CELL.split(row[start.end() : -len(_END)])
    if any(parts[::_PARTS]):
        return None
    try:
        texts = [_text(value, inline) for value, inline in zip(parts[4::_PARTS], parts[5::_PARTS], strict=True)]
    except _OtherwiseError:
        return None
    cells = zip(parts[1::_PARTS], parts[2::_PARTS], parts[3::_PARTS], texts, strict=True)
    return int(start[1]), ((column, style or "", kind or "n", text) for column, style, kind, text in cells if text)


def _text(value: str | None, inline: str | None) -> str:
    text = value or inline or ""
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(match: re.Match[str]) -> str:
    found = _REFERRED.get(match[1]) if match[0].endswith(";") else None
    if found is None:
        raise _OtherwiseError
    return found


def _are_distinct(attributes: str) -> bool:
    names = _NAME.findall(attributes) if attributes else []
    return "r" not in names and len(set(names)) == len(names)
