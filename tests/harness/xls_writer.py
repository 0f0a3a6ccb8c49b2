"""Writes workbooks of the old format (xls): a compound file with one stream of BIFF8 records, enough for tests."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["write_xls"]

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_LEAST_STREAM = 4096


def write_xls(path: Path, sheets: Mapping[str, Sequence[Sequence[str | float | None]]]) -> None:
    """Write sheets of texts and numbers."""
    path.write_bytes(_compound(_workbook(sheets)))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str, length: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack(f"<{length}B", len(raw) // 2, 1) + raw


def _sheet(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    width = max(map(len, rows), default=0)
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(cell, str):
                body += _record(0x0204, place + _text(cell, "H"))
            elif cell is not None:
                body += _record(0x0203, place + struct.pack("<d", cell))
    return body + _record(0x000A, b"")


def _workbook(sheets: Mapping[str, Sequence[Sequence[str | float | None]]]) -> bytes:
    bodies = [_sheet(rows) for rows in sheets.values()]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    start += _record(0x0042, struct.pack("<H", 1200))  # code page: UTF-16
    start += _record(0x00E0, bytes(20))  # one format of cells: general
    end = _record(0x000A, b"")
    names = [_text(name, "B") for name in sheets]
    offset = len(start) + sum(4 + 6 + len(name) for name in names) + len(end)
    for name, body in zip(names, bodies, strict=True):
        start += _record(0x0085, struct.pack("<IH", offset, 0) + name)
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
