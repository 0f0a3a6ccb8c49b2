"""Every line of a delimited file is in exactly one row, refusal, note or blank, whatever marks and breaks it holds."""

import codecs
import csv
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.files.blob import Blob, blob_of
from creditbus.connectors.files.delimited import DelimitedReader
from creditbus.connectors.files.lines import bounded_lines
from creditbus.connectors.files.quoting import quoted_records, scan
from creditbus.connectors.files.settings import DelimitedOptions

_CELLS = st.text(st.sampled_from("甲乙ab1 ,;\"'\r\n"), max_size=6)
_ROUGH = st.text(st.sampled_from('甲a,;|\t"\r\n '), max_size=120)
_INSERTED = st.sampled_from(['"', '""', "\n", "\r", "\r\n", ",", '"\n"', " ", '",', ',"'])


def _blob(raw: bytes) -> Blob:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield io.BytesIO(raw)

    return Blob("a.csv", "a.csv", opened)


def _lines(text: str) -> int:
    return len(text.encode().splitlines())


@st.composite
def _files(draw: st.DrawFn) -> tuple[int, str]:
    """Draw a sound file, with a mark of its own in each row, and put quotation marks and breaks into it."""
    width = draw(st.integers(2, 12))
    delimiter = draw(st.sampled_from(",;\t|"))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])))
    writer.writerow([f"h{place}" for place in range(width)])
    for number in range(draw(st.integers(1, 12))):
        cells = draw(st.lists(_CELLS, min_size=width, max_size=width))
        writer.writerow([f"<{number}>{cell}" if place in (0, width - 1) else cell for place, cell in enumerate(cells)])
    text = stream.getvalue()
    body = text.index("h1") + 2 * width
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(min(body, len(text)), len(text)))
        text = text[:at] + draw(_INSERTED) + text[at:]
    return width, text


@settings(max_examples=600, deadline=None)
@given(_files())
def test_every_line_is_accounted_for(file: tuple[int, str]) -> None:
    _, text = file
    reader = DelimitedReader(_blob(text.encode()), DelimitedOptions(note_prefixes=("注",)))
    found = list(reader.rows(0))  # raises where a line is in no record
    passed = reader.passed_over
    assert len({row.row for row in found}) == len(found)
    assert {row.row for row in found} <= set(range(1, len(found) + passed.blank + passed.notes + 1))
    for row in found:
        if isinstance(row, Defect):
            assert row.original
            assert "line" in row.detail


@settings(max_examples=600, deadline=None)
@given(_files())
def test_no_row_holds_the_begin_of_one_and_the_end_of_another_with_all_between(file: tuple[int, str]) -> None:
    width, text = file
    for row in DelimitedReader(_blob(text.encode()), DelimitedOptions()).rows(0):
        if isinstance(row, Row) and width > 3:
            cells = [str(cell) for cell in row.cells.values()]
            begun = {number for number in range(12) if any(f"<{number}>" in cell for cell in cells)}
            # two at the most, where one row broke into another; never all between two marks
            assert len(begun) <= 2, row.cells


@settings(max_examples=500, deadline=None)
@given(_ROUGH, st.integers(1, 6))
def test_records_tile_the_lines(text: str, width: int) -> None:
    raw = text.encode()
    records = list(quoted_records(bounded_lines(io.BytesIO(raw), 64), "utf-8", "utf-8", ",", width, 1))
    assert b"".join(record.raw for record in records) == raw
    assert [record.first for record in records] == [1, *(record.last + 1 for record in records)][: len(records)]
    assert sum(record.last - record.first + 1 for record in records) == _lines(text)


@given(st.text(st.sampled_from('甲a,"'), max_size=20))
def test_a_line_reads_as_the_standard_library_reads_it(text: str) -> None:
    found = scan(text, ",")
    try:
        cells = next(csv.reader([text], strict=True)) or [""]
    except csv.Error:
        assert found.fault or found.is_open
    else:
        assert (found.cells, found.fault, found.is_open) == (cells, "", False)


@given(st.lists(st.lists(st.text(st.sampled_from('甲a1"\n\r，'), min_size=1, max_size=8), min_size=5, max_size=5)))
def test_a_sound_file_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([list("abcde"), *rows])
    raw = codecs.BOM_UTF8 + stream.getvalue().encode()
    found = list(DelimitedReader(_blob(raw), DelimitedOptions(note_prefixes=())).rows(0))
    blank = sum(not any(cell.strip(" \t\u3000") for cell in row) for row in rows)
    assert [list(row.cells.values()) for row in found if isinstance(row, Row)] == rows
    assert len(found) == len(rows) - blank


def test_memory_of_a_long_file_is_that_of_a_record(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.write(b"a,b,c\r")
        for number in range(200_000):
            stream.write(b'%d,"x,y\n' % number if number % 1000 == 7 else b"%d,x,y\r" % number)
    options = DelimitedOptions()
    tracemalloc.start()
    kinds = [isinstance(row, Row) for row in DelimitedReader(blob_of(path), options).rows(0)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(kinds), kinds.count(False)) == (200_000, 200)
    assert peak < 8_000_000
