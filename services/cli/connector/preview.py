"""`creditbus connector preview`: what each row would become; nothing is sent."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.connector.noticed import pairs_lines, persons_lines
from creditbus.services.cli.connector.running import stale_line
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import learn_city
from creditbus.services.cli.fields import admitted, named_fields, title_of
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.invisible import visible
from creditbus.services.domain.profile.standing import Standing
from creditbus.services.domain.reasons import Caution
from creditbus.topics.connection import Connection
from creditbus.topics.text import Text

if TYPE_CHECKING:
    from rich.table import Table

    from creditbus.connectors.contract import Row
    from creditbus.connectors.setup.configuration import Connector
    from creditbus.connectors.setup.preview import Cause, Compare, Judge, Preview, RowFate
    from creditbus.services.domain.reasons import AnyReason
    from creditbus.services.domain.validation import Admitted

__all__ = ["explained", "register"]

_ROWS_NAMED = 5
_LONGEST_CELL = 400
_LONGEST_ADMITTED = 160
_LONGEST_VALUE = 40
_LATER = 2**62
"""A place after all readings: the next run's."""
_BECOMES = {
    "published": messages.BECOMES_PUBLISHED,
    "refused": messages.BECOMES_REFUSED,
    "unreadable": messages.BECOMES_UNREADABLE,
    "withheld": messages.BECOMES_WITHHELD,
    "new": messages.BECOMES_NEW,
    "unchanged": messages.BECOMES_UNCHANGED,
    "amendment": messages.BECOMES_AMENDMENT,
    "transition": messages.BECOMES_TRANSITION,
    "stale": messages.BECOMES_STALE,
    "held": messages.BECOMES_HELD,
    "conflict": messages.BECOMES_CONFLICT,
    "parked": messages.BECOMES_PARKED,
    "unknown": messages.BECOMES_UNKNOWN,
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("preview")(preview_command)


def preview_command(
    name: Name,
    *,
    folder: Folder = FOLDER,
    rows: Annotated[int | None, typer.Option("-n", "--rows", min=1)] = None,
    shown: Annotated[int, typer.Option(min=0)] = 20,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    compare: Annotated[bool, typer.Option("--compare")] = False,
    strict: Annotated[bool, typer.Option("--strict")] = False,
    json: Json = False,
) -> None:
    """Show what each row would become and what would be refused. Nothing is sent."""
    from creditbus.connectors.setup.preview import preview

    learn_city()
    connector = connector_named(name, folder)
    day = today.date() if today else _today()
    with _comparing(compare) as asked, _judging(connector, wanted=compare) as judge:
        result = preview(connector, day, limit=rows, shown=shown, compare=asked, judge=judge)
    if json:
        print_json(_facts(result))
    else:
        _show(connector, result)
        _say(spoken(messages.NOTHING_SENT, what_next=_what_next(result, name, folder)))
    if strict and result.refused:
        raise typer.Exit(1)


def explained(reason: AnyReason | Caution) -> str:
    """Return a reason as a sentence in the language that is spoken."""
    return reason.zh if language() == "zh" else reason.sentence


@contextmanager
def _comparing(wanted: bool) -> Iterator[Compare | None]:
    if not wanted:
        yield None
        return
    from creditbus.services.query.comparison import Comparer
    from creditbus.services.query.profile import open_profiles

    with asyncio.Runner() as runner:
        reader = runner.run(open_profiles(Connection.from_environment()))
        comparer = Comparer(reader)

        def compare(events: Sequence[tuple[Any, Admitted]]) -> Sequence[Any]:
            return runner.run(comparer.standings(events))

        try:
            yield compare
        finally:
            runner.run(reader.close())


@contextmanager
def _judging(connector: Connector, *, wanted: bool) -> Iterator[Judge | None]:
    """Judge rows by what the connector remembers, as a run would; without a memory none is a later word."""
    from creditbus.connectors.memory.published_rows import PublishedRows
    from creditbus.connectors.memory.values import noted

    home = Connection.from_environment(store=False).home if wanted and connector.tells == "state" else None
    if home is None or not PublishedRows.path_of(home, connector.id).exists():
        yield None
        return
    with PublishedRows(home, connector.id) as memory:
        look = memory.look(whole=bool(connector.open().version()))

        def judge(event: Mapping[str, Any], row: Row) -> None:
            _, judged = look.judge(noted(event, b"", row.key)._replace(file=row.file), row.row)
            if judged.later:
                event["header"].update(reading=_LATER, lifts=judged.lifts)

        yield judge


def _today() -> date:
    return city_day(int(datetime.now(UTC).timestamp() * 1000))


def _facts(result: Preview) -> dict[str, Any]:
    facts = asdict(result)
    shown = [asdict(one) | {"sentence": one.reason.sentence, "sentence_zh": one.reason.zh} for one in result.shown]
    counts = {name: dict(getattr(result, name)) for name in ("reasons", "cautions", "standings")}
    return facts | counts | {"shown": shown}


def _show(connector: Connector, result: Preview) -> None:
    item = connector.item
    _say(spoken(messages.ROWS_AS, id=connector.id, rows=result.rows, title=item.title, title_en=item.title_en))
    for columns in result.columns:
        if columns.unknown:
            _say(spoken(messages.UNUSED_LIST) + ", ".join(visible(name, _LONGEST_VALUE) for name in columns.unknown))
        if columns.missing:
            _say(spoken(messages.MANDATORY_WITHOUT_COLUMN_2) + named_fields(item.id, columns.missing))
    for remark in result.remarks:
        _say(f"  {visible(spoken(remark), _LONGEST_CELL)}")
    _say(_counts(result))
    if result.fates:
        OUTPUT.print(_fates(result.fates))
    _show_refusals(connector, result)
    _show_cautions(result)
    for line in persons_lines(result.withheld, result.withheld_rows, result.cleared, result.cleared_rows):
        _say(f"  {line}")
    if result.normalised:
        _say(spoken(messages.ROWS_NORMALISED, normalised=result.normalised))
    if result.standings[Standing.STALE]:
        _say(stale_line(connector))


def _what_next(result: Preview, name: str, folder: Path) -> str:
    """Return the command that comes next: a run, unless it would stop or publish nothing that can be put right."""
    where = "" if folder == FOLDER else f" --folder {shlex.quote(str(folder))}"
    rest = f"{shlex.quote(name)}{where}"
    wrong = result.refused > result.withheld and not result.publishable
    if wrong or any(columns.missing for columns in result.columns):
        return spoken(messages.CORRECT_FIRST, again=f"creditbus connector preview {rest}")
    return f"creditbus connector run {rest}"


def _show_refusals(connector: Connector, result: Preview) -> None:
    if result.causes:
        OUTPUT.print(_refusals(connector, result.causes))
    if result.rows_of_other_causes:
        _say(spoken(messages.ROWS_OF_OTHER_CAUSES, rows=result.rows_of_other_causes))


def _show_cautions(result: Preview) -> None:
    for line in pairs_lines(result.cautions.get(Caution.ONE_KEY_TWO_ROWS, 0), result.one_key_two_rows):
        _say(f"  {line}")
    for caution, count in result.cautions.items():
        if caution is Caution.ONE_KEY_TWO_ROWS:
            continue
        rows = ", ".join(map(str, result.caution_rows[caution][:_ROWS_NAMED]))
        more = ", …" if count > _ROWS_NAMED else ""
        _say(
            spoken(
                messages.CAUTION,
                caution=caution,
                count=count,
                rows=rows,
                more=more,
                sentence=Text(caution.sentence, caution.zh),
            )
        )


def _counts(result: Preview) -> str:
    refused = spoken(messages.WOULD_BE_REFUSED, refused=result.refused)
    if not result.standings:
        published = spoken(messages.WOULD_BE_PUBLISHED, publishable=result.publishable)
        return f"  {published}   {refused}"
    parts = [f"{count:,} {spoken(_BECOMES[standing])}" for standing, count in result.standings.most_common()]
    return f"  {'   '.join([*parts, refused])}"


def _fates(fates: Sequence[RowFate]) -> Table:
    table = _table(
        (spoken(messages.ROW), spoken(messages.BECOMES), spoken(messages.DOCUMENT), spoken(messages.SUBJECT), "")
    )
    for one in fates:
        remarks = [str(finding.reason) for finding in one.findings] + [str(caution) for caution in one.cautions]
        place = f"{one.sheet} {one.row}".strip()
        cells = (place, spoken(_BECOMES[one.becomes]), *_cut(one.document_no, one.subject_name), " ".join(remarks))
        table.add_row(*_plain(cells))
    return table


def _refusals(connector: Connector, causes: Sequence[Cause]) -> Table:
    headings = (
        spoken(messages.ROW),
        spoken(messages.FIELD),
        spoken(messages.VALUE),
        spoken(messages.WHY),
        spoken(messages.REASON),
    )
    table = _table(headings)
    for cause in causes:
        table.add_row(*_refusal(connector, cause))
    return table


def _refusal(connector: Connector, cause: Cause) -> tuple[str, ...]:
    one = cause.first
    item, why = connector.item.id, spoken(one.detail) or explained(one.reason)
    if values := admitted(item, one.column, one.reason, connector.department):
        why += f" {visible(values, _LONGEST_ADMITTED)}"
    if one.at:
        why += f" {one.at}"
    if one.proposed:
        why += spoken(messages.DID_YOU_MEAN, proposed=one.proposed)
    rows = ", ".join(map(str, cause.rows)) + (", …" if cause.count > len(cause.rows) else "")
    place = f"{one.sheet} {rows}".strip()
    title = title_of(item, one.column) or connector.mapper.claim_title(one.column)
    # the title on a line of its own: a table is narrow
    field = "\n".join(_plain(part for part in (title, one.column) if part))
    first, *others = _plain((place, visible(one.value, _LONGEST_VALUE), why, one.reason))
    if cause.count > 1:
        first += f"\n{spoken(messages.ROWS_IN_ALL, count=cause.count)}"
    return first, field, *others


def _table(headings: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=place in (1, 2, 4))
    return table


def _cut(*values: str) -> Iterator[str]:
    return (visible(value, _LONGEST_VALUE) for value in values)


def _plain(cells: Iterable[str]) -> tuple[str, ...]:
    from rich.markup import escape

    return tuple(escape(visible(cell, _LONGEST_CELL)) for cell in cells)


def _say(line: str) -> None:
    OUTPUT.print(line, markup=False, soft_wrap=True)
