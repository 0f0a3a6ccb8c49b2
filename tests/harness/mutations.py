"""Sound files of every format, seeded damage to them, and what may come of reading the result."""

import io
import json
import random
import resource
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from creditbus.connectors.contract import Cell, Defect, Row, Source
from creditbus.connectors.errors import SourceError
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.run.outgoing import is_whole, outgoing
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.reasons import ItemReason, Reason
from creditbus.services.domain.validation import Admitted, Refused, Validator
from tests.harness.xls_writer import write_xls

__all__ = ["FORMATS", "Bench", "campaign", "damaged_file", "damaged_row", "peak_megabytes", "sound_file"]

AS_OF = date(2019, 12, 31)
FORMATS = ("csv", "tsv", "jsonl", "xml", "xlsx", "zip", "html", "spreadsheet.xml", "xls")
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_COLUMNS = {
    "CF_WSH": "示罚〔2016〕{}号",
    "CF_CFMC": "示例处罚",
    "CF_CFLB1": "罚款",
    "CF_SY": "示例事由",
    "CF_YJ": "示例依据",
    "CF_XDR_MC": "示例企业{}",
    "CF_XDR_SHXYM": "91990106MA4KAAA160",
    "CF_XDR_ZDM": "/",
    "CF_XDR_GSDJ": "",
    "CF_XDR_SFZ": "",
    "CF_JG": "处以罚款人民币{}万元",
    "CF_JDRQ": "2016-01-28",
    "CF_XZJG": "示例局",
    "CF_ZT": "正常",
    "CF_JZRQ": "长期",
    "SJC": "2016-01-28 12:12:26",
}
_TEXTS = (
    "",
    " ",
    "\0",
    "/",
    "无",
    "长期",
    "2016-02-30",
    "20160128",
    "１０",
    "1e999999999",
    "-1",
    "NaN",
    "9" * 5000,
    "x" * 300_000,
    "\ufeff",
    "\ufffd",
    "\U0010fffd",
    "\u202e",
    '"',
    "'",
    ",",
    "\t",
    "\r",
    "\n",
    "=1+1",
    "罚款" * 900,
    "罚款９９９９万元",
    "91990106ma4kaaa160",
    "&amp;",
    "&lol;",
    "]]>",
    "<x>",
    "</record>",
    "{",
    "}",
    "[" * 2000,
    "\\u0000",
    "\\ud800",
    "\ud800",
    "示例\udfff",
    "null",
    "1" * 18,
    "11010519491231002X",
)
_BYTES = (
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x80",
    b"\x81\x30",
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"&lol;",
    b"<!DOCTYPE a [<!ENTITY lol 'lol'>]>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?xml version='1.0' encoding='gbk'?>",
    b"{",
    b"}",
    b'{"a": 1e999999999}',
    b"\\ud800",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b'r="ZZZ9"',
    b'r="XFD1048577"',
    b't="e"',
    b't="s"',
    b"<f>1+1</f>",
)
_HALVES = (
    b"\\ud800",
    b"\\uDFFF",
    b"\\ud83d\\ud83d",
    b"&#xD800;",
    b"&#57343;",
    b"_xD800_",
    b"\xed\xa0\x80",
    b"\x00\xd8",
)
"""Half a character, as the formats write it."""
_MENDED = "\ufffd"
"""What decoders put in place of what they cannot read, and no reader of ours ever lets through."""
_LONG = 200_000
_XLS_EVERY = 100
"""One file in this many is an xls: each costs a process."""


def sound_file(form: str, folder: Path) -> bytes:  # noqa: PLR0911 -- one for each format
    """Give a file of a format with a few dozen sound rows."""
    rows = [[text.format(number) for text in _COLUMNS.values()] for number in range(1, 25)]
    if form in ("html", "spreadsheet.xml"):
        return _marked_up(form, [list(_COLUMNS), *rows])
    if form in ("csv", "tsv"):
        delimiter = "\t" if form == "tsv" else ","
        return "\n".join(delimiter.join(cells) for cells in [list(_COLUMNS), *rows]).encode("gb18030")
    if form == "jsonl":
        return "\n".join(
            json.dumps(dict(zip(_COLUMNS, cells, strict=True)), ensure_ascii=False) for cells in rows
        ).encode()
    if form == "xml":
        records = (
            "".join(f"<{name}>{cell}</{name}>" for name, cell in zip(_COLUMNS, cells, strict=True)) for cells in rows
        )
        head = "<?xml version='1.0' encoding='UTF-8'?><m><Header><from>示例局</from></Header><Body>"
        return (head + "".join(f"<record>{record}</record>" for record in records) + "</Body></m>").encode()
    if form == "xls":
        path = folder / "sound.xls"
        write_xls(path, {"处罚": [list(_COLUMNS), *rows]})
        return path.read_bytes()
    out = io.BytesIO()
    if form == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner in ("csv", "jsonl", "xml"):
                archive.writestr(f"rows.{inner}", sound_file(inner, folder))
        return out.getvalue()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(_COLUMNS))
    for cells in rows:
        sheet.append([*cells[:-1], date(2016, 1, 28)])
    book.save(out)
    return out.getvalue()


def _marked_up(form: str, rows: list[list[str]]) -> bytes:
    if form == "html":
        lines = ("".join(f"<td>{cell}</td>" for cell in cells) for cells in rows)
        return ("<html><table>" + "".join(f"<tr>{line}</tr>\n" for line in lines) + "</table></html>").encode("gb18030")
    cell = '<Cell><Data ss:Type="String">{}</Data></Cell>'
    body = "".join(f"<Row>{''.join(map(cell.format, cells))}</Row>\n" for cells in rows)
    head = f'<?xml version="1.0"?><Workbook xmlns:ss="{_SPREADSHEET}"><Worksheet ss:Name="处罚"><Table>'
    return f"{head}{body}</Table></Worksheet></Workbook>".encode()


def damaged_file(random: random.Random, raw: bytes) -> bytes:
    """Damage a file in one to four places; of a zip archive often the files inside, so that its sums stay right."""
    if raw.startswith(b"PK") and random.random() < 0.8:
        return _rezipped(random, raw)
    for _ in range(random.randint(1, 4)):
        raw = random.choice(_DAMAGES)(random, raw)
    return raw


def _rezipped(random: random.Random, raw: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = random.choice([name for name in names if "sheet" in name or "shared" in name] or names)
        for name in names:
            content = old.read(name)
            if name == chosen or random.random() < 0.05:
                content = damaged_file(random, content)
            new.writestr(name, content)
    return out.getvalue()


def _span(random: random.Random, raw: bytes) -> tuple[int, int]:
    start = random.randrange(len(raw) + 1)
    return start, min(len(raw), start + random.choice((1, 2, 7, 40, 300)))


def _cut(random: random.Random, raw: bytes) -> bytes:
    return raw[: random.randrange(len(raw) + 1)]


def _remove(random: random.Random, raw: bytes) -> bytes:
    start, end = _span(random, raw)
    return raw[:start] + raw[end:]


def _repeat(random: random.Random, raw: bytes) -> bytes:
    start, end = _span(random, raw)
    return raw[:end] + raw[start:end] * random.choice((1, 3, 50)) + raw[end:]


def _insert(random: random.Random, raw: bytes) -> bytes:
    start, _ = _span(random, raw)
    return raw[:start] + random.choice(_BYTES) * random.choice((1, 1, 1, 200)) + raw[start:]


def _flip(random: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(min(len(raw), random.choice((1, 5, 50)))):
        changed[random.randrange(len(raw))] = random.randrange(256)
    return bytes(changed)


def _halve(random: random.Random, raw: bytes) -> bytes:
    start, _ = _span(random, raw)
    return raw[:start] + random.choice(_HALVES) + raw[start:]


_DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (_cut, _remove, _repeat, _insert, _flip, _halve)


def damaged_row(random: random.Random, number: int) -> Row:
    """Make a row of which some cells are anything at all."""
    cells: dict[str, Cell] = {name: text.format(number) for name, text in _COLUMNS.items()}
    for name in random.sample(list(cells), random.randint(1, 4)):
        cells[name] = _anything(random)
    return Row(cells, "rows", "", number, number)


def _anything(random: random.Random) -> Cell:
    choice = random.randrange(8)
    if choice == 0:
        return None
    if choice == 1:
        return random.choice((True, 0, -1, 10**30, 1e308, 5e-324, 0.1, 2017.0))
    if choice == 2:
        return date(random.randint(1, 9999), 1, 28)
    if choice == 3:
        return "".join(chr(random.randrange(0x110000)) for _ in range(9))
    if choice == 4:
        return f"示例{chr(random.randrange(0xD800, 0xE000))}"
    return random.choice(_TEXTS)


class _AnyRegistry:
    def find(self, subject: str, schema: Any) -> int | None:
        """Find every schema."""
        return len(subject) if schema else None


@dataclass(frozen=True)
class Bench:
    """A connector, and all that its rows go through up to the broker and in intake's examination."""

    connector: Connector
    validator: Validator
    encoder: Encoder
    path: Path

    @classmethod
    def make(cls, folder: Path, **settings: object) -> "Bench":
        """Make a connector of kind files for a file in a folder."""
        path = folder / "rows"
        configuration = {
            "id": "mutations",
            "department": "administrative-enforcement",
            "item": "administrative-penalty-2016",
            "kind": "files",
            "settings": {"path": str(path), **settings},
            "mapping": "wuhan-2016-penalties",
        }
        file = folder / "mutations.yaml"
        file.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")
        connector = load_connector(file)
        return cls(connector, connector.validator(), Encoder(connector.item.id, _AnyRegistry()), path)

    def source(self) -> Source:
        """Open the connector's source."""
        return self.connector.open()

    def outcomes(self, raw: bytes) -> Iterator[str]:
        """Read a file to its end; give the word of each row, and one for a file that cannot be read.

        Anything but these words is an exception that this lets pass.
        """
        self.path.write_bytes(raw)
        mended = _MENDED.encode() in raw
        source = self.source()
        source.check()
        try:
            source.discover()
            source.size()
            for row in source.read(None):
                assert mended or isinstance(row, Defect) or _MENDED not in "".join(map(str, row.cells.values()))
                yield self.unreadable(row) if isinstance(row, Defect) else self.outcome(row)
        except SourceError as error:
            yield "file refused" if str(error).isprintable() else "file refused in more than one line"

    def outcome(self, row: Row) -> str:
        """Map, examine and encode a row."""
        event = self.connector.mapper(row, "run").event
        message, mapped = outgoing(self.connector, self.encoder, row, "run")
        assert message.value
        if mapped is None:
            assert not is_whole(event) or sum(len(cell) for cell in row.cells.values() if isinstance(cell, str)) > _LONG
            return Reason.FORMAT_UNPARSABLE.value
        assert is_whole(event)
        found = self.validator.examine(event["header"], event["claim"], event["content"], AS_OF)
        if isinstance(found, Refused):
            assert all(isinstance(finding.reason, (Reason, ItemReason)) for finding in found.findings)
            return found.findings[0].reason.value
        assert isinstance(found, Admitted)
        return "admitted"

    def unreadable(self, defect: Defect) -> str:
        """Encode a row that could not be read."""
        assert len(defect.original) <= 600_000
        assert self.encoder.unreadable(defect, self.connector.mapper.header(defect, "run")).value
        return Reason(defect.reason.value).value


def campaign(seed: int, files: int, rows: int, say: Callable[[str], None]) -> Counter[str]:
    """Read `files` damaged files and examine `rows` damaged rows; return the words of all that came of it."""
    words: Counter[str] = Counter()
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench.make(folder)
        sound = {form: sound_file(form, folder) for form in FORMATS}
        started = time.monotonic()
        for number in range(files):
            form = "xls" if number % _XLS_EVERY == 0 else generator.choice(FORMATS[:-1])
            words.update(bench.outcomes(damaged_file(generator, sound[form])))
            if number % 1000 == 0:
                say(f"{number} files, {time.monotonic() - started:.0f} s, {peak_megabytes()} MB")
        for number in range(1, rows + 1):
            words[bench.outcome(damaged_row(generator, number))] += 1
    return words


def peak_megabytes() -> int:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
