"""The fast way through a sheet gives the very rows and faults that the parser alone gives, whatever the sheet holds."""

import io
import random
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import xlsx_sheet
from creditbus.connectors.files.number_format import number_format
from creditbus.connectors.files.xlsx_book import Book
from creditbus.connectors.files.xlsx_plain import plain_row
from creditbus.connectors.files.xlsx_sheet import sheet_rows
from creditbus.connectors.files.xlsx_strings import shared_strings
from tests.harness.mutations import damaged_file

_HEADS = (
    "<worksheet><sheetPr/><sheetData>",
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="u" xmlns:r="v"><sheetData>',
    "<worksheet><!-- <sheetData><row> --><sheetData>",
    '<x:worksheet xmlns:x="u"><x:sheetData>',
    "<worksheet><a><sheetData></sheetData></a><sheetData>",
    "<?xml version='1.0' encoding='iso-8859-1'?><worksheet><sheetData>",
)
_CELLS = (
    '<c r="{0}{1}" t="s"><v>{2}</v></c>',
    '<c r="{0}{1}" t="inlineStr"><is><t>示例{2}</t></is></c>',
    '<c r="{0}{1}" t="inlineStr"><is><t xml:space="preserve"> a&amp;b&lt;_x000D_ </t></is></c>',
    '<c r="{0}{1}" s="1"><v>4{2}000</v></c>',
    '<c r="{0}{1}"><v>{2}.5</v></c>',
    '<c r="{0}{1}" s="2"><v>{2}</v></c>',
    '<c r="{0}{1}" t="n"><v>1e{2}</v></c>',
    '<c r="{0}{1}" t="b"><v>1</v></c>',
    '<c r="{0}{1}" t="d"><v>2016-01-28</v></c>',
    '<c r="{0}{1}" t="e"><v>#N/A</v></c>',
    '<c r="{0}{1}" s="3" t="s"><v>{2}</v></c>',
    '<c r="{0}{1}" s="3" t="inlineStr"><is><t>{2}</t></is></c>',
    '<c r="{0}{1}" s="2"/>',
    '<c r="{0}{1}" t="inlineStr" />',
    '<c r="{0}{1}" t="str"><f>A1</f><v>x</v></c>',
    '<c r="{0}{1}"><f>A1</f></c>',
    '<c r="{0}{1}" t="inlineStr"><is><r><t>y</t></r><rPh><t>no</t></rPh></is></c>',
    '<c r="{0}{1}" t="inlineStr"><is><t><![CDATA[</row><row r="9">]]></t></is></c>',
    '<c r="{0}{1}" t="inlineStr"><is><t>&#x4e2d;&apos;&bad;</t></is></c>',
    '<c r="{0}{1}" t="inlineStr"><is><t>a\r\nb\tc</t></is></c>',
    '<c t="n"><v>7</v></c>',
    '<c s="1" r="{0}{1}"><v>3</v></c>',
    '<c r="XFE{1}"><v>3</v></c>',
    '<!-- </row><row r="70"><c r="A70"><v>1</v></c></row> -->',
    '<c r="{0}{1}"><v>]]></v></c>',
    "]]>",
)
_USUAL = 15
_ROWS = (
    '<row r="{}">',
    '<row r="{}" spans="1:9" ht="15">',
    '<row r="{}" r="3">',
    "<row>",
    '<row r="{}"/>',
    '<x:row r="{}">',
)


def _sheet(random: random.Random) -> bytes:
    head = _HEADS[0] if random.random() < 0.7 else random.choice(_HEADS)
    parts = [head]
    for number in range(1, random.randint(3, 12)):
        start = random.choice(_ROWS[:2]) if random.random() < 0.9 else random.choice(_ROWS)
        parts.append(start.format(number if random.random() < 0.95 else 1))
        for letter in "ABCDE":
            cell = random.choice(_CELLS[:_USUAL]) if random.random() < 0.95 else random.choice(_CELLS)
            parts.append(cell.format(letter if random.random() < 0.97 else "B", number, random.randint(0, 12)))
        parts.append("</row>" if random.random() < 0.97 else "</row><!-- <row> -->")
    return ("".join(parts) + "</sheetData></worksheet>").encode()


def _read(raw: bytes) -> tuple[list[Any], bool]:
    formats = (number_format(0), number_format(14), number_format(200, '"示"0000'), number_format(201, '"第"@'))
    book = Book("a.xlsx", Any, {}, "", formats, from_1904=False)  # type: ignore[arg-type] # unused
    texts = b"<sst>" + b"".join(b"<si><t>t%d</t></si>" % number for number in range(10)) + b"</sst>"
    rows: list[Any] = []
    try:
        with shared_strings(io.BytesIO(texts), "a.xlsx", 1000) as strings:
            rows += sheet_rows(io.BytesIO(raw), "a.xlsx", replace(book), strings, 60)
    except SourceError:
        return rows, False
    return rows, True


def test_both_ways_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    generator, met = random.Random(20160128), Counter[str]()

    def counted(raw: bytes) -> Any:
        found = plain_row(raw)
        met["plain" if found else "other"] += 1
        return found

    for number in range(4000):
        raw = _sheet(generator)
        if number % 2:
            raw = damaged_file(generator, raw)
        monkeypatch.setattr(xlsx_sheet, "BLOCK", generator.choice((7, 64, 300, 65_536)))
        monkeypatch.setattr(xlsx_sheet, "_MOST_ROW_BYTES", generator.choice((100, 2000, 1_048_576)))
        monkeypatch.setattr(xlsx_sheet, "plain_row", counted)
        fast = _read(raw)
        monkeypatch.setattr(xlsx_sheet, "plain_row", lambda _: None)
        assert fast == _read(raw), raw
        met["sound" if fast[1] else "damaged"] += 1
    assert min(met[word] for word in ("plain", "other", "sound", "damaged")) > 500, met


@pytest.mark.parametrize("write_only", [True, False])
def test_the_rows_that_openpyxl_writes_are_plain(tmp_path: Path, *, write_only: bool) -> None:
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet("处罚", 0)
    for number in range(50):
        sheet.append([f"示例{number}", number, None, 1.5, True, "a&b", ""])
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        raw = archive.read("xl/worksheets/sheet1.xml")
    rows = raw[raw.index(b"<row") : raw.rindex(b"</row>") + len(b"</row>")].split(b"</row>")[:-1]
    assert len(rows) == 50
    assert all(plain_row(row + b"</row>") for row in rows)
