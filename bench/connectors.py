"""Measures connectors: a file of each format read, mapped, examined, encoded and published to a real broker.

Each format runs in a process of its own on one core, so that its memory is its own: ``make bench-connectors``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from ground import servers
from machine import machine

from creditbus.connectors.contract import Row
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.run.chunks import chunks
from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.topics.connection import Connection

RESULTS = Path(__file__).parent / "results" / "connectors.json"
TARGET = 8000
WORTH_KEEPING = 100_000
AS_OF = date(2019, 12, 31)
_COLUMNS = [
    "CF_WSH",
    "CF_CFMC",
    "CF_CFLB1",
    "CF_CFLB2",
    "CF_SY",
    "CF_YJ",
    "CF_XDR_MC",
    "CF_XDR_SHXYM",
    "CF_XDR_ZDM",
    "CF_XDR_GSDJ",
    "CF_XDR_SWDJ",
    "CF_XDR_SFZ",
    "CF_FR",
    "CF_JG",
    "CF_JDRQ",
    "CF_XZJG",
    "CF_ZT",
    "DFBM",
    "SJC",
    "BZ",
    "GSQX",
    "CF_AJMC",
    "CF_JZRQ",
    "QT",
]


class _AnyRegistry:
    def find(self, subject: str, schema: object) -> int | None:
        """Find every schema."""
        return 1 if subject and schema else None


def rows(count: int) -> Iterator[list[str]]:
    """Give fictional penalties in the columns of the city's template of 2016."""
    for number in range(count):
        day = f"{number % 28 + 1:02}"
        yield [
            *(f"示罚〔2016〕{number}号", "经营超过保质期的食品", "没收非法财物", "罚款"),
            *(f"货架上陈列超过保质期的预包装食品{number % 50}袋", "《示例食品安全法》第一百二十四条第一款第五项"),
            *(f"示例企业{number}有限公司", "91990106MA4KAAA160", "-", "/", "", "", "示例代表"),
            *(
                "没收非法财物人民币3000元；处以罚款人民币5万元",
                f"2016/01/{day}",
                "示例市食品药品监督管理局",
                "正常",
                "990106",
            ),
            *(f"2016-01-{day} 12:12:26", "/", "3年", "", f"2017.01.{day}", "无"),
        ]


def _csv(path: Path, count: int) -> None:
    with path.open("w", encoding="gb18030") as stream:
        stream.write(",".join(_COLUMNS) + "\n")
        stream.writelines(",".join(row) + "\n" for row in rows(count))


def _xlsx(path: Path, count: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("处罚")
    sheet.append(_COLUMNS)
    for row in rows(count):
        sheet.append(row)
    book.save(path)


def _jsonl(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for row in rows(count):
            stream.write(json.dumps(dict(zip(_COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")


def _xml(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write("<records>\n")
        for row in rows(count):
            stream.write(f"<record>{''.join(map('<{0}>{1}</{0}>'.format, _COLUMNS, row))}</record>\n")
        stream.write("</records>\n")


WRITERS: Mapping[str, Callable[[Path, int], None]] = {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl, "xml": _xml}


def main() -> None:
    """Measure every format, print the table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--formats", nargs="+", choices=WRITERS, default=list(WRITERS))
    parser.add_argument("--child", nargs=2, metavar=("FILE", "BROKER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_measure(load_connector(Path(options.child[0])), options.child[1], options.rows)))
        return
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, servers() as ground:
        for form in options.formats:
            for count in (options.rows // 10, options.rows):
                found.setdefault(form, []).append(_in_child(form, Path(name), count, ground.connection))
                print(_line(form, found[form][-1]), flush=True)
    _show(found)
    if options.rows >= WORTH_KEEPING:
        facts = {"date": f"{date.today()}", "machine": machine(), "target_rows_per_second": TARGET, "formats": found}  # noqa: DTZ011 -- the day here
        RESULTS.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _in_child(form: str, folder: Path, count: int, connection: Connection) -> dict[str, Any]:
    path = folder / f"rows-{count}.{form}"
    WRITERS[form](path, count)
    configuration = {
        "id": f"bench-{form}-{count}",
        "department": "administrative-enforcement",
        "item": "administrative-penalty-2016",
        "kind": form,
        "settings": {"path": str(path)},
        "mapping": "wuhan-2016-penalties",
    }
    file = folder / f"{form}.yaml"
    file.write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
    where = f"{connection.bootstrap_servers} {connection.registry_url}"
    command = [sys.executable, __file__, "--rows", str(count), "--child", str(file), where]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, preexec_fn=_one_core)
    path.unlink()
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def _one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _measure(connector: Connector, where: str, count: int) -> dict[str, Any]:
    servers_of, registry = where.split()
    connection = Connection(servers_of, registry, "", connector.file.parent)
    facts: dict[str, Any] = {"rows": count}
    started = time.perf_counter()
    summary = run_connector(connector, connection)
    facts["published_seconds"] = round(time.perf_counter() - started, 2)
    facts["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if (summary.published, summary.unreadable, summary.complete) != (count, 0, True):
        raise SystemExit(f"{connector.id}: not what was written: {summary}")
    for name, work in (("read", _read), ("mapped", _map), ("examined", _examine), ("encoded", _encode)):
        started = time.perf_counter()
        if work(connector) != count:
            raise SystemExit(f"{connector.id}: {name} another number of rows")
        facts[f"{name}_seconds"] = round(time.perf_counter() - started, 2)
    examined = facts["examined_seconds"] - facts["mapped_seconds"]
    facts["rows_per_second"] = round(count / (facts["published_seconds"] + examined))
    return facts


def _read(connector: Connector) -> int:
    return sum(1 for _ in connector.open().read(None))


def _map(connector: Connector) -> int:
    return sum(1 for row in connector.open().read(None) if isinstance(row, Row) and connector.mapper(row, "run"))


def _examine(connector: Connector) -> int:
    validator, admitted = connector.validator(), 0
    for row in connector.open().read(None):
        if isinstance(row, Row):
            event = connector.mapper(row, "run").event
            validator.examine(event["header"], event["claim"], event["content"], AS_OF)
            admitted += 1
    return admitted


def _encode(connector: Connector) -> int:
    encoder = Encoder(connector.item.id, _AnyRegistry())
    begun = Progress(connector.id, "run", "version")
    return sum(len(chunk.messages) for chunk in chunks(connector, connector.open(), encoder, begun))


def _line(form: str, facts: Mapping[str, Any]) -> str:
    return f"{form}: {facts['rows']:,} rows, {facts['rows_per_second']:,} rows/s, {facts['peak_mb']} MB"


def _show(found: Mapping[str, list[dict[str, Any]]]) -> None:
    print(f"\n{'format':8}{'rows':>10}{'rows/s':>10}{'published only':>16}{'us/row read':>13}{'peak MB':>9}")
    for form, measured in found.items():
        for one in measured:
            published = one["rows"] / one["published_seconds"]
            read = one["read_seconds"] / one["rows"] * 1e6
            print(
                f"{form:8}{one['rows']:>10,}{one['rows_per_second']:>10,}{published:>16,.0f}{read:>13.1f}{one['peak_mb']:>9}"
            )


if __name__ == "__main__":
    main()
