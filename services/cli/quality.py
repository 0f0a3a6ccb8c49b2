"""`creditbus quality`: how well departments report, and what they declare."""

from __future__ import annotations

import asyncio
import signal
import threading
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import Json, departments, known_department
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.figures import Figures, print_figures
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.words import word
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.services.query.quality import QualityReport

__all__ = ["app", "period_of"]

app = typer.Typer(help="Quality: how well departments report.", invoke_without_command=True)

_DAY = "%Y-%m-%d"
_FIGURES = (
    ("storage", "有效入库率", "storage"),
    ("compliance", "合规率", "compliance"),
    ("completeness", "完整率", "completeness"),
    ("timeliness", "及时率", "timeliness"),
    ("lateness", "迟报率", "lateness"),
    ("reporting", "上报率", "reporting"),
)


@app.callback()
def quality(
    context: typer.Context,
    *,
    department: Annotated[str, typer.Option(help="Only this department.", autocompletion=departments)] = "",
    first: Annotated[
        datetime | None, typer.Option("--from", formats=[_DAY], help="First day; else the first of this month.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[_DAY], help="Last day; else today.")] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Stay, and serve the figures for Prometheus at this port.")
    ] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two readings, with --metrics-port.")] = 300.0,
    json: Json = False,
) -> None:
    """Show figures of data quality by department and period; `creditbus quality declare` declares what was produced."""
    if context.invoked_subcommand is not None:
        return
    connection = Connection.from_environment(store=False)
    wanted = [known_department(department)] if department else departments()
    if metrics_port is not None:
        _serve(connection, wanted, (first, last), metrics_port, every)
        return
    report = _read(connection, wanted, (first, last))
    if json:
        print_json(report.as_json())
        return
    print_figures(word("department"), _headings(), _lines(report))
    for line in _remarks(report):
        OUTPUT.print(line, markup=False, soft_wrap=True)


@app.command("declare")
def declare_command(
    department: Annotated[str, typer.Argument(help="Id of the department.", autocompletion=departments)],
    *,
    item: Annotated[str, typer.Option(help="Catalogue item.")],
    period: Annotated[str, typer.Option(help="2018-01, or 2018-01-01..2018-01-15.")],
    count: Annotated[int, typer.Option(min=0, help="Records decided in it, published or not.")],
    json: Json = False,
) -> None:
    """Declare how many records a department produced, to be compared with what the bus received."""
    from creditbus.connectors.declaring import declare

    days = period_of(period)
    declaration = declare(Connection.from_environment(store=False), known_department(department), item, days, count)
    facts = {
        "department": department,
        "item": item,
        "from": days[0].isoformat(),
        "to": days[1].isoformat(),
        "count": declaration.count,
    }
    if json:
        print_json(facts)
        return
    OUTPUT.print(
        told(
            f"已申报：{item} {days[0]} 至 {days[1]} 共 {count:,} 条",
            f"declared: {count:,} of {item} from {days[0]} to {days[1]}",
        ),
        markup=False,
        soft_wrap=True,
    )


def period_of(text: str) -> tuple[date, date]:
    """Read a month, a day, or two days with two dots between them.

    Raises:
        ConfigurationError: it is none of them.
    """
    fix = "write 2018-01, 2018-01-15 or 2018-01-01..2018-01-15"
    try:
        first, dots, last = text.partition("..")
        if dots:
            days = date.fromisoformat(first), date.fromisoformat(last)
        elif text.count("-") == 1:
            year, month = map(int, text.split("-"))
            days = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        else:
            days = date.fromisoformat(text), date.fromisoformat(text)
    except (ValueError, IndexError) as error:
        raise ConfigurationError("--period", f"{text!r} is no period", fix) from error
    if days[1] < days[0]:
        raise ConfigurationError("--period", f"{text!r} ends before it begins", fix)
    return days


def _read(connection: Connection, wanted: list[str], days: tuple[datetime | None, datetime | None]) -> QualityReport:
    from creditbus.services.query.quality import Period, read_quality

    today = city_day(int(datetime.now(UTC).timestamp() * 1000))
    last = days[1].date() if days[1] else today
    first = days[0].date() if days[0] else last.replace(day=1)
    if last < first:
        raise ConfigurationError("--to", f"{last} lies before {first}", "give --from a day that is not behind --to")
    return asyncio.run(read_quality(connection, wanted, Period(first, last)))


def _serve(
    connection: Connection,
    wanted: list[str],
    days: tuple[datetime | None, datetime | None],
    port: int,
    every: float,
) -> None:
    from prometheus_client import start_http_server

    from creditbus.services.engine.errors import DependencyDownError
    from creditbus.services.query.quality_metrics import REGISTRY, set_quality

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    start_http_server(port, registry=REGISTRY)
    ERRORS.print(f"metrics at port {port}, read anew every {every:g} s", markup=False)
    while not stop.is_set():
        try:
            set_quality(_read(connection, wanted, days))
        except DependencyDownError as error:
            ERRORS.print(str(error), markup=False)
        stop.wait(every)


def _headings() -> list[str]:
    counts = (
        ("提供", "provided"),
        ("入库", "applied"),
        ("退回", "refused"),
        ("已改正", "corrected"),
    )
    return [told(zh, en) for zh, en in (*counts, *((zh, en) for _, zh, en in _FIGURES))]


def _lines(report: QualityReport) -> list[Figures]:
    lines = []
    for facts in report.as_json()["departments"]:
        lines.append(Figures(facts["department"], _cells(facts)))
        lines += [
            Figures(f"  {item}", _cells(of_item), dim=True)
            for item, of_item in facts["items"].items()
            if of_item["counts"]["received"] or of_item["counts"]["declared"]
        ]
    return lines


def _cells(facts: dict[str, Any]) -> list[str]:
    counts = facts["counts"]
    numbers = [f"{counts[name]:,}" for name in ("provided", "applied", "refused", "corrected")]
    values = (facts["figures"][name] for name, _, _ in _FIGURES)
    return [*numbers, *("-" if value is None else f"{value:.1%}" for value in values)]


def _remarks(report: QualityReport) -> list[str]:
    lines = []
    for facts in report.as_json()["departments"]:
        for item, of_item in facts["items"].items():
            if closed := of_item["counts"]["closed"]:
                lines.append(
                    told(
                        f"{facts['department']} {item}：由部门关闭、不再改正 {closed:,} 行",
                        f"{facts['department']} {item}: {counted(closed, 'refused row')} closed by the department",
                    )
                )
            for one in of_item["counts"]["declared"]:
                numbers = f"{one['reported']:,} / {one['declared']:,}"
                lines.append(
                    told(
                        f"{facts['department']} {item} {one['from']} 至 {one['to']}：上报 {numbers}",
                        f"{facts['department']} {item} {one['from']} to {one['to']}: {numbers} reported",
                    )
                )
        name, amended = facts["department"], facts["counts"]["amended"]
        if amended:
            lines.append(
                told(
                    f"{name}：{amended:,} 条记录后来有变更，无法判断是否及时",
                    f"{name}: {counted(amended, 'record')} amended since; when they first came is not kept",
                )
            )
    for year, count in sorted(report.uncovered.items()):
        lines.append(
            told(
                f"工作日历没有 {year} 年（topics/working_days.yaml），{count:,} 条记录未判断",
                f"the calendar of working days does not hold {year} (topics/working_days.yaml): {count:,} not judged",
            )
        )
    return lines
