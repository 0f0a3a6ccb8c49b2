"""`creditbus connector run` and `watch`: publish, and say what became of it."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.connector.noticed import pairs_lines, persons_lines, unused_line
from creditbus.services.cli.connector.run_outcomes import outcomes_until
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.ledger.unread import looking_on, undecided_lines
from creditbus.services.cli.messages import connector as messages
from creditbus.services.cli.messages import rejects as refusals
from creditbus.services.cli.moments import moment_text
from creditbus.services.cli.moved import moved_line
from creditbus.services.cli.stopping import until_asked
from creditbus.services.domain.invisible import visible
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.connectors.run.summary import RunSummary
    from creditbus.connectors.run.watch import Cycle
    from creditbus.connectors.setup.configuration import Connector
    from creditbus.services.query.outcomes import RunOutcomes
    from creditbus.services.query.returned import Status
    from creditbus.topics.text import Message

__all__ = ["outcome_line", "register", "stale_line", "summary_lines"]

_WAIT_SECONDS = 60.0
_SINCE: Final[tuple[tuple[Status, Message], ...]] = (
    ("fixed", refusals.FIXED),
    ("replaced", refusals.REPLACED),
    ("closed", refusals.HAS_BEEN_CLOSED),
    ("open", messages.STILL_OPEN),
)
_LONGEST_PLACE = 200
ACCEPT_COLUMNS = "--accept-columns"

Resend = Annotated[bool, typer.Option("--resend")]
WaitSeconds = Annotated[float, typer.Option(min=0)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run_command)
    app.command("watch")(watch_command)


def run_command(
    name: Name,
    folder: Folder = FOLDER,
    resend: Resend = False,
    accept_columns: Annotated[bool, typer.Option(ACCEPT_COLUMNS)] = False,
    wait: Annotated[bool | None, typer.Option("--wait/--no-wait")] = None,
    wait_seconds: WaitSeconds = _WAIT_SECONDS,
    json: Json = False,
) -> None:
    """Publish. Run it again at any time: nothing is lost and nothing is sent twice.

    Exit code 1 when it has waited, and not every row has its outcome.
    """
    from creditbus.connectors.run.reporter import BarReporter
    from creditbus.connectors.run.runner import mark_decided, run_connector

    connection = connected()
    connector = connector_named(name, folder)
    with BarReporter(ERRORS) as reporter:
        summary = run_connector(connector, connection, progress=reporter, resend=resend, accept_columns=accept_columns)
    outcomes, since = None, Counter["Status"]()
    if (OUTPUT.is_terminal if wait is None else wait) and summary.rows + summary.skipped:
        outcomes = _outcomes(connection, summary, wait_seconds)
        summary = replace(summary, marked=summary.marked + mark_decided(connector, connection))
        since = _since_then(summary, connector, outcomes, connection)
    if json:
        print_json(_facts(summary, outcomes, since))
    else:
        for line in summary_lines(summary, connector, outcomes, since):
            OUTPUT.print(line, markup=False, soft_wrap=True)
    if outcomes is not None and not outcomes.settled:
        raise typer.Exit(1)


def watch_command(
    name: Name,
    folder: Folder = FOLDER,
    every: Annotated[float, typer.Option(min=0.1)] = 30.0,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Run again when the source has changed, and report each run. Ctrl-C or SIGTERM stops between two transactions.

    What is away then (Kafka, the registry, the source) is not waited for.
    """
    from creditbus.connectors.run.runner import run_connector
    from creditbus.connectors.run.watch import StoppingReporter, watch

    at_first = connected()
    connector = connector_named(name, folder)

    def work(stop: threading.Event) -> None:
        connection = at_first
        run = partial(run_connector, progress=StoppingReporter(stop.is_set))
        for cycle in watch(connector, connection, lambda: not stop.wait(every), run=run):
            if cycle.moved is not None:
                connection = cycle.moved
                ERRORS.print(moved_line(connection), markup=False)
                continue
            outcomes = None if cycle.summary is None else outcomes_until(connection, cycle.summary, every, stop)
            _tell(cycle, connector, outcomes, json=json)

    # of a running command; its facts go to standard output
    ERRORS.print(_watching(connector, every), markup=False)

    until_asked(work)


def _watching(connector: Connector, every: float) -> str:
    settings = connector.settings.model_dump(mode="json")
    address = str(settings.get("path") or settings.get("url") or "")
    # what follows a question mark may be a key of the interface
    place = visible(address.partition("?")[0], _LONGEST_PLACE)
    kind, item = connector.kind.title[language()], connector.item
    named = item.title if language() == "zh" else item.title_en
    return spoken(
        messages.WATCHING, id=connector.id, kind=kind, place=place, every=every, item=named, topic=connector.topic
    )


def _tell(cycle: Cycle, connector: Connector, outcomes: RunOutcomes | None, *, json: bool) -> None:
    if json:
        facts = {"error": cycle.error} if cycle.summary is None else _facts(cycle.summary, outcomes)
        sys.stdout.write(orjson.dumps(facts).decode() + "\n")
        sys.stdout.flush()
        return
    clock = moment_text(time.time_ns() // 1_000_000)
    text = spoken(cycle.error)
    if cycle.summary is not None:
        text = "\n".join(summary_lines(cycle.summary, connector, outcomes))
    (ERRORS if cycle.summary is None else OUTPUT).print(f"{clock}  {text}", markup=False, soft_wrap=True)


def summary_lines(
    summary: RunSummary,
    connector: Connector,
    outcomes: RunOutcomes | None = None,
    since: Mapping[Status, int] = MappingProxyType({}),
) -> list[str]:
    """Return what a run did as lines for a person, with what to do next.

    Args:
        summary: of the run.
        connector: its connector.
        outcomes: of its rows; None: they were not waited for.
        since: how many of the rows that it refused are in which state by now; empty: nothing can have happened yet.

    """
    lines = [_published(summary), *_noticed(summary), *map(spoken, summary.remarks)]
    if outcomes is not None:
        lines.append(outcome_line(outcomes))
        if outcomes.stages:
            lines += undecided_lines(outcomes.stages)
        if outcomes.account.counts["parked"] or outcomes.account.counts["held"]:
            lines.append(spoken(messages.WAITS_FOR_WHAT, see=f"creditbus waiting {connector.department}"))
        if outcomes.account.counts["stale"]:
            lines.append(stale_line(connector))
    if summary.marked:
        lines.append(spoken(messages.MARKED, marked=summary.marked))
    if summary.comparison is not None and summary.comparison.vanished:
        see = f"creditbus connector vanished {connector.id}"
        lines.append(spoken(messages.VANISHED_PROPOSED, see=see))
    if any(since[status] for status in since if status != "open"):
        parts = [
            spoken(messages.COUNT_OF, count=since[one], word=spoken(word)) for one, word in _SINCE if since.get(one)
        ]
        lines.append(spoken(messages.SINCE_THEN, counts=" · ".join(parts)))
    return lines + _refused_lines(summary, connector, outcomes, all_done=bool(since) and not since.get("open"))


def _noticed(summary: RunSummary) -> list[str]:
    """Say what the reading found in addition to its rows."""
    persons = persons_lines(summary.withheld, summary.withheld_rows, summary.cleared, summary.cleared_rows)
    return [*persons, *pairs_lines(summary.pairs, summary.one_key_two_rows), *unused_line(summary.unused_columns)]


def stale_line(connector: Connector) -> str:
    """Say what to do where a row is stale and its source is right."""
    again = f"creditbus connector run {connector.id} --resend"
    if connector.tells == "state":
        return spoken(messages.STALE_OF_STATE, again=again)
    return spoken(messages.STALE_OF_NEWS, file=connector.file, again=again)


def _refused_lines(
    summary: RunSummary, connector: Connector, outcomes: RunOutcomes | None, *, all_done: bool
) -> list[str]:
    """Say where refused rows are found, and whether there are any where that is known."""
    see = f"creditbus rejects list {connector.department} --run {summary.run_id}"
    if outcomes is not None and outcomes.account.counts["rejected"]:
        if all_done:
            return []
        export = f"creditbus rejects export {connector.department} --run {summary.run_id}"
        return [
            spoken(messages.REFUSED_AND_WHY, see=see),
            spoken(messages.TO_CORRECT, export=export),
        ]
    undecided = bool(summary.published) if outcomes is None else not outcomes.settled
    if undecided and not (summary.complete and not summary.rows):
        return [spoken(messages.IF_REFUSED, see=see)]
    return []


def outcome_line(outcomes: RunOutcomes) -> str:
    """Say what became of the rows of a run."""
    account = outcomes.account
    counts, changes = account.counts, account.changes
    parts = [
        (changes["new"], spoken(messages.NEW), True),
        (counts["duplicate"], spoken(messages.UNCHANGED), True),
        (changes["amended"], spoken(messages.AMENDED), True),
        (changes["transition"], spoken(messages.CHANGES_OF_STATE), False),
        (counts["stale"], spoken(messages.STALE), False),
        (counts["rejected"], spoken(messages.REFUSED), True),
        (counts["parked"], spoken(messages.PARKED), False),
        (counts["held"], spoken(messages.HELD), False),
    ]
    line = " · ".join(
        spoken(messages.COUNT_OF, count=count, word=word) for count, word, always in parts if count or always
    )
    if not outcomes.settled:
        line += spoken(messages.NOT_ALL_DECIDED) + f" ({max(account.in_flight, 0):,})"
    return line


def _outcomes(connection: Connection, summary: RunSummary, seconds: float) -> RunOutcomes:
    from creditbus.services.query.outcomes import await_outcomes

    published = summary.published + summary.skipped
    return asyncio.run(await_outcomes(connection, summary.run_id, published, seconds, look=looking_on))


def _since_then(
    summary: RunSummary, connector: Connector, outcomes: RunOutcomes, connection: Connection
) -> Counter[Status]:
    """Count by their states the refused rows of a run that was there before; empty for one that has just sent rows."""
    if not _is_unchanged(summary) or not outcomes.account.counts["rejected"]:
        return Counter()
    from creditbus.services.query.returned import read_returned

    rows = asyncio.run(read_returned(connection, connector.department, summary.run_id))
    return Counter(row.status for row in rows)


def _is_unchanged(summary: RunSummary) -> bool:
    return summary.complete and not summary.rows and bool(summary.skipped)


def _facts(
    summary: RunSummary, outcomes: RunOutcomes | None, since: Mapping[Status, int] = MappingProxyType({})
) -> dict[str, Any]:
    if outcomes is None:
        return asdict(summary) | {"outcomes": None}
    stages = [stage.as_json() for stage in outcomes.stages]
    found = {"settled": outcomes.settled, "stages": stages} | outcomes.account.as_json()
    if outcomes.account.counts["stale"]:
        found["if_stale_is_right"] = f"creditbus connector run {summary.connector} --resend"
    if since:
        found["refused_since"] = dict(since)
    return asdict(summary) | {"outcomes": found}


def _published(summary: RunSummary) -> str:
    if _is_unchanged(summary):
        rows, run = summary.skipped, summary.run_id
        return spoken(messages.ALREADY_PUBLISHED, rows=rows, run=run)
    rate = summary.rows / summary.seconds if summary.seconds else 0
    remarks = (
        (summary.unreadable, spoken(messages.OF_THEM_UNREADABLE)),
        (summary.withheld, spoken(messages.OF_THEM_WITHHELD)),
        (summary.skipped, spoken(messages.PUBLISHED_BEFORE)),
    )
    parts = [spoken(messages.PUBLISHED, published=summary.published)]
    parts += [f"{count:,} {word}" for count, word in remarks if count]
    line = f"{' · '.join(parts)}   {rate:,.0f} {spoken(messages.ROWS_S)}   {spoken(messages.RUN)} {summary.run_id}"
    return line + _compared(summary)


def _compared(summary: RunSummary) -> str:
    found = summary.comparison
    if found is None:
        return ""
    return spoken(
        messages.COMPARISON, new=found.new, unchanged=found.unchanged, changed=found.changed, vanished=found.vanished
    )
