"""`creditbus quality`: how well departments report, and what they declare."""

from __future__ import annotations

import asyncio
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import Json, departments, known_department
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import quality as messages
from creditbus.services.cli.words import word
from creditbus.services.domain.city_time import city_day
from creditbus.services.worker.city_day import city_today
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.services.query.quality import QualityReport

__all__ = ["app", "period_of"]

app = typer.Typer(invoke_without_command=True)

_DAY = "%Y-%m-%d"
_COUNTS = {
    "provided": messages.PROVIDED,
    "applied": messages.APPLIED,
    "refused": messages.REFUSED,
    "corrected": messages.CORRECTED,
}
_FIGURES = (
    ("storage", messages.STORAGE),
    ("compliance", messages.COMPLIANCE),
    ("completeness", messages.COMPLETENESS),
    ("timeliness", messages.TIMELINESS),
    ("lateness", messages.LATENESS),
    ("reporting", messages.REPORTING),
)


@app.callback()
def quality(
    context: typer.Context,
    *,
    department: Annotated[str, typer.Option(autocompletion=departments)] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=[_DAY])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[_DAY])] = None,
    metrics_port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    every: Annotated[float, typer.Option(min=1)] = 300.0,
    json: Json = False,
) -> None:
    """Show figures of data quality by department and period; `creditbus quality declare` declares what was produced."""
    if context.invoked_subcommand is not None:
        return
    connection = connected()
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
    department: Annotated[str, typer.Argument(autocompletion=departments)],
    *,
    item: Annotated[str, typer.Option()],
    period: Annotated[str, typer.Option()],
    count: Annotated[int, typer.Option(min=0)],
    json: Json = False,
) -> None:
    """Declare how many records a department produced, to be compared with what the bus received."""
    from creditbus.connectors.publish.declaration import declare

    days = period_of(period)
    declaration = declare(connected(), known_department(department), item, days, count)
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
        spoken(messages.DECLARED, count=count, item=item, day=days[0], day_2=days[1]),
        markup=False,
        soft_wrap=True,
    )


def period_of(text: str) -> tuple[date, date]:
    """Read a month, a day, or two days with two dots between them.

    Raises:
        ConfigurationError: it is none of them.
    """
    fix = messages.WRITE_A_PERIOD()
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
        raise ConfigurationError("--period", messages.NOT_A_PERIOD(text=text), fix) from error
    if days[1] < days[0]:
        raise ConfigurationError("--period", messages.ENDS_BEFORE_IT_BEGINS(text=text), fix)
    return days


def _read(connection: Connection, wanted: list[str], days: tuple[datetime | None, datetime | None]) -> QualityReport:
    from creditbus.services.query.quality import DateRange, read_quality

    today = city_day(int(datetime.now(UTC).timestamp() * 1000))
    last = days[1].date() if days[1] else today
    first = days[0].date() if days[0] else last.replace(day=1)
    if last < first:
        raise ConfigurationError("--to", messages.TO_BEFORE_FROM(last=last, first=first), messages.FROM_NOT_AFTER_TO())
    return asyncio.run(read_quality(connection, wanted, DateRange(first, last), city_today()))


def _serve(
    connection: Connection,
    wanted: list[str],
    days: tuple[datetime | None, datetime | None],
    port: int,
    every: float,
) -> None:
    from creditbus.services.cli.serving import serve_figures
    from creditbus.services.query.quality_metrics import REGISTRY, set_quality

    said: list[str] = []

    def look(connection: Connection) -> None:
        report = _read(connection, wanted, days)
        set_quality(report)
        unknown = _unknown_years(report)
        for line in unknown if unknown != said else ():
            ERRORS.print(line, markup=False, soft_wrap=True)
        said[:] = unknown

    serve_figures(connection, REGISTRY, port, every, look)


def _headings() -> list[str]:
    return [spoken(heading) for heading in (*_COUNTS.values(), *(heading for _, heading in _FIGURES))]


def _lines(report: QualityReport) -> list[TableRow]:
    lines = []
    for facts in report.as_json()["departments"]:
        lines.append(TableRow(facts["department"], _cells(facts)))
        lines += [
            TableRow(f"  {item}", _cells(of_item), dim=True)
            for item, of_item in facts["items"].items()
            if of_item["counts"]["received"] or of_item["counts"]["declared"]
        ]
    return lines


def _cells(facts: dict[str, Any]) -> list[str]:
    counts = facts["counts"]
    numbers = [f"{counts[name]:,}" for name in _COUNTS]
    values = (facts["figures"][name] for name, _ in _FIGURES)
    return [*numbers, *("-" if value is None else f"{value:.1%}" for value in values)]


def _remarks(report: QualityReport) -> list[str]:
    lines = []
    for facts in report.as_json()["departments"]:
        for item, of_item in facts["items"].items():
            if closed := of_item["counts"]["closed"]:
                lines.append(spoken(messages.CLOSED_ROWS, department=facts["department"], item=item, closed=closed))
            for one in of_item["counts"]["declared"]:
                numbers = f"{one['reported']:,} / {one['declared']:,}"
                lines.append(
                    spoken(
                        messages.REPORTED,
                        department=facts["department"],
                        item=item,
                        from_=one["from"],
                        to=one["to"],
                        numbers=numbers,
                    )
                )
        name, amended = facts["department"], facts["counts"]["amended"]
        if amended:
            lines.append(spoken(messages.AMENDED_SINCE, name=name, amended=amended))
    return lines + _unknown_years(report)


def _unknown_years(report: QualityReport) -> list[str]:
    years = sorted(report.uncovered.items())
    return [spoken(messages.YEAR_UNCOVERED, year=year, count=count) for year, count in years]
