"""Writes workbooks of the old format (xls): a compound file with one stream of BIFF8 records, enough for tests."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["XlsError", "XlsMerge", "write_xls"]

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_LEAST_STREAM = 4096


class XlsError(int):
    """A cell's error by its code: 42 is #N/A, 23 #REF!, 7 #DIV/0!."""


XlsMerge = tuple[int, int, int, int]
"""First and last row, first and last column, from 0."""
XlsCell = str | float | bool | tuple[float, int] | None
"""(number, id of its format); an id is built in or one of ``formats``."""


def write_xls(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[XlsCell]]],
    *,
    formats: Mapping[int, str] | None = None,
    merges: Mapping[str, Sequence[XlsMerge]] | None = None,
    hidden: Sequence[str] = (),
    from_1904: bool = False,
) -> None:
    """Write sheets of texts, numbers, truth values and errors."""
    used = [
        0,
        *sorted({cell[1] for rows in sheets.values() for row in rows for cell in row if isinstance(cell, tuple)}),
    ]
    bodies = [_sheet(rows, used, (merges or {}).get(name, ())) for name, rows in sheets.items()]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    start += _record(0x0042, struct.pack("<H", 1200))  # code page: UTF-16
    start += _record(0x0022, struct.pack("<H", from_1904))
    for identity, code in (formats or {}).items():
        start += _record(0x041E, struct.pack("<H", identity) + _text(code, "H"))
    for identity in used:
        start += _record(0x00E0, struct.pack("<HH", 0, identity) + bytes(16))
    path.write_bytes(_compound(_workbook(start, list(sheets), bodies, hidden)))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str, length: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack(f"<{length}B", len(raw) // 2, 1) + raw


def _sheet(rows: Sequence[Sequence[XlsCell]], used: Sequence[int], merges: Sequence[XlsMerge]) -> bytes:
    body = bytearray(_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)))
    width = max(map(len, rows), default=0)
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            value, identity = cell if isinstance(cell, tuple) else (cell, 0)
            body += _cell(struct.pack("<HHH", number, column, used.index(identity)), value)
    if merges:
        body += _record(0x00E5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<HHHH", *one) for one in merges))
    return bytes(body + _record(0x000A, b""))


def _cell(place: bytes, value: str | float | None) -> bytes:
    if value is None:
        return b""
    if isinstance(value, str):
        return _record(0x0204, place + _text(value, "H"))
    if isinstance(value, bool | XlsError):
        return _record(0x0205, place + struct.pack("<BB", int(value), isinstance(value, XlsError)))
    return _record(0x0203, place + struct.pack("<d", value))


def _workbook(start: bytes, names: Sequence[str], bodies: Sequence[bytes], hidden: Sequence[str]) -> bytes:
    end = _record(0x000A, b"")
    texts = [_text(name, "B") for name in names]
    offset = len(start) + sum(4 + 6 + len(text) for text in texts) + len(end)
    for name, text, body in zip(names, texts, bodies, strict=True):
        start += _record(0x0085, struct.pack("<IH", offset, name in hidden) + text)
        offset += len(body)
    return start + end + b"".join(bodies)


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(_LEAST_STREAM, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    sectors = len(stream) // _SECTOR
    entries = _SECTOR // 4
    tables = 1
    while tables * entries < sectors + 1 + tables:
        tables += 1
    table = [_FAT] * tables + [_END] + [tables + 2 + place for place in range(sectors - 1)] + [_END]
    table += [_FREE] * (tables * entries - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, tables + 1, len(stream)) + bytes(256)
    return header + struct.pack(f"<{len(table)}I", *table) + folder + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    body = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, _FREE, child)
    return body + bytes(36) + struct.pack("<IQ", start, size)
