"""`creditbus connector run` and `watch`: publish, and say what became of it."""

from __future__ import annotations

import asyncio
import sys
import threading
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.noticed import pairs_lines, persons_lines, unused_line
from creditbus.services.cli.stopping import until_asked
from creditbus.services.cli.unread import looking_on, undecided_lines
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.connectors.configuration import Connector
    from creditbus.connectors.runner import RunSummary
    from creditbus.connectors.watching import Cycle
    from creditbus.services.query.outcomes import RunOutcomes

__all__ = ["outcome_line", "register", "stale_line", "summary_lines"]

_WAIT_SECONDS = 60.0
ACCEPT_COLUMNS = "--accept-columns"

Resend = Annotated[bool, typer.Option("--resend", help="Send a source that was already published once more.")]
WaitSeconds = Annotated[float, typer.Option(min=0, help="Longest wait for the outcomes.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run_command)
    app.command("watch")(watch_command)


def run_command(
    name: Name,
    folder: Folder = FOLDER,
    resend: Resend = False,
    accept_columns: Annotated[
        bool, typer.Option(ACCEPT_COLUMNS, help="Columns are meant as they are: gone ones empty their fields.")
    ] = False,
    wait: Annotated[
        bool | None, typer.Option("--wait/--no-wait", help="Wait for what becomes of the rows; at a terminal it does.")
    ] = None,
    wait_seconds: WaitSeconds = _WAIT_SECONDS,
    json: Json = False,
) -> None:
    """Publish. Run it again at any time: nothing is lost and nothing is sent twice.

    Exit code 1 when it has waited, and not every row has its outcome.
    """
    from creditbus.connectors.reporting import BarReporter
    from creditbus.connectors.runner import mark_decided, run_connector

    connector = connector_named(name, folder)
    connection = Connection.from_environment(store=False)
    with BarReporter(ERRORS) as reporter:
        summary = run_connector(connector, connection, progress=reporter, resend=resend, accept_columns=accept_columns)
    outcomes = None
    if (OUTPUT.is_terminal if wait is None else wait) and summary.rows + summary.skipped:
        outcomes = _outcomes(connection, summary, wait_seconds)
        summary = replace(summary, marked=summary.marked + mark_decided(connector, connection))
    if json:
        print_json(_facts(summary, outcomes))
    else:
        for line in summary_lines(summary, connector, outcomes):
            OUTPUT.print(line, markup=False, soft_wrap=True)
    if outcomes is not None and not outcomes.settled:
        raise typer.Exit(1)


def watch_command(
    name: Name,
    folder: Folder = FOLDER,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks at the source.")] = 30.0,
    json: Annotated[bool, typer.Option("--json", help="One JSON document a run.")] = False,
) -> None:
    """Run again when the source has changed, and tell of each run. Ctrl-C or SIGTERM stops between two transactions.

    What is away then (Kafka, the registry, the source) is not waited for.
    """
    from creditbus.connectors.runner import run_connector
    from creditbus.connectors.watching import StoppingReporter, watch

    connector = connector_named(name, folder)
    connection = Connection.from_environment(store=False)

    def work(stop: threading.Event) -> None:
        run = partial(run_connector, progress=StoppingReporter(stop.is_set))
        for cycle in watch(connector, connection, lambda: not stop.wait(every), run=run):
            _tell(cycle, json=json)

    until_asked(work)


def _tell(cycle: Cycle, *, json: bool) -> None:
    if json:
        facts = {"error": cycle.error} if cycle.summary is None else _facts(cycle.summary, None)
        sys.stdout.write(orjson.dumps(facts).decode() + "\n")
        sys.stdout.flush()
        return
    clock = f"{datetime.now().astimezone():%H:%M:%S}"
    text = cycle.error
    if cycle.summary is not None:
        text = "\n".join([_published(cycle.summary), *_noticed(cycle.summary), *cycle.summary.remarks])
    (ERRORS if cycle.summary is None else OUTPUT).print(f"{clock}  {text}", markup=False, soft_wrap=True)


def summary_lines(summary: RunSummary, connector: Connector, outcomes: RunOutcomes | None = None) -> list[str]:
    """Return what a run did as lines for a person, with what to do next."""
    lines = [_published(summary), *_noticed(summary), *summary.remarks]
    if outcomes is not None:
        lines.append(outcome_line(outcomes))
        if outcomes.stages:
            lines += undecided_lines(outcomes.stages)
        if outcomes.account.counts["stale"]:
            lines.append(stale_line(connector))
    if summary.marked:
        lines.append(
            told(
                f"已在来源表中标记退回 {summary.marked:,} 行",
                f"marked in their table: {counted(summary.marked, 'refused row')}",
            )
        )
    if summary.comparison is not None and summary.comparison.vanished:
        see = f"creditbus connector vanished {connector.id}"
        lines.append(
            told(
                f"已消失的记录可申请撤销，不会自动撤销：{see}",
                f"vanished rows are proposed for withdrawal, never withdrawn by themselves: {see}",
            )
        )
    return lines + _refused_lines(summary, connector, outcomes)


def _noticed(summary: RunSummary) -> list[str]:
    """Say what the reading found beside its rows."""
    persons = persons_lines(summary.withheld, summary.withheld_rows, summary.cleared, summary.cleared_rows)
    return [*persons, *pairs_lines(summary.pairs, summary.one_key_two_rows), *unused_line(summary.unused_columns)]


def stale_line(connector: Connector) -> str:
    """Say what to do where a row is stale and its source is right."""
    again = f"creditbus connector run {connector.id} --resend"
    if connector.tells == "state":
        return told(
            f"未采用的行：同一记录另有更晚的内容；如以来源现状为准：{again}",
            f"stale rows: of their records something later is known; if the source is right as it stands: {again}",
        )
    return told(
        f"未采用的行：来源按交付批次读取（tells: news），旧批次不改变记录；如来源表示现状，"
        f"在 {connector.file} 写 tells: state，再执行 {again}",
        f"stale rows: the source tells news, of which older deliveries change nothing; if it tells its present state, "
        f"write tells: state into {connector.file}, then {again}",
    )


def _refused_lines(summary: RunSummary, connector: Connector, outcomes: RunOutcomes | None) -> list[str]:
    """Say where refused rows are found, and whether there are any where that is known."""
    see = f"creditbus rejects list {connector.department} --run {summary.run_id}"
    if outcomes is not None and outcomes.account.counts["rejected"]:
        export = f"creditbus rejects export {connector.department} --run {summary.run_id}"
        return [
            told(f"被退回的行及原因：{see}", f"what was refused, and why: {see}"),
            told(f"导出后改正：{export}", f"to correct them: {export}"),
        ]
    undecided = bool(summary.published) if outcomes is None else not outcomes.settled
    if undecided and not (summary.complete and not summary.rows):
        return [told(f"如有退回，稍后可查：{see}", f"if any are refused, they will be listed by: {see}")]
    return []


def outcome_line(outcomes: RunOutcomes) -> str:
    """Say what became of the rows of a run."""
    account = outcomes.account
    counts, changes = account.counts, account.changes
    parts = [
        (changes["new"], told("新增", "new"), True),
        (counts["duplicate"], told("未变", "unchanged"), True),
        (changes["amended"], told("变更", "amended"), True),
        (changes["transition"], told("状态变更", "changes of state"), False),
        (counts["stale"], told("早于已有，未采用", "stale: overtaken by what is there"), False),
        (counts["rejected"], told("退回", "refused"), True),
        (counts["parked"], told("待登记", "waiting for their subject's registration"), False),
        (counts["held"], told("待原记录", "waiting for their original"), False),
    ]
    line = " · ".join(
        told(f"{word} {count:,}", f"{count:,} {word}") for count, word, always in parts if count or always
    )
    if not outcomes.settled:
        line += told("   尚未处理完", "   and not all decided yet") + f" ({max(account.in_flight, 0):,})"
    return line


def _outcomes(connection: Connection, summary: RunSummary, seconds: float) -> RunOutcomes:
    from creditbus.services.query.outcomes import await_outcomes

    published = summary.published + summary.skipped
    return asyncio.run(await_outcomes(connection, summary.run_id, published, seconds, look=looking_on))


def _facts(summary: RunSummary, outcomes: RunOutcomes | None) -> dict[str, Any]:
    if outcomes is None:
        return asdict(summary) | {"outcomes": None}
    stages = [stage.as_json() for stage in outcomes.stages]
    found = {"settled": outcomes.settled, "stages": stages} | outcomes.account.as_json()
    if outcomes.account.counts["stale"]:
        found["if_stale_is_right"] = f"creditbus connector run {summary.connector} --resend"
    return asdict(summary) | {"outcomes": found}


def _published(summary: RunSummary) -> str:
    if summary.complete and not summary.rows and summary.skipped:
        rows, run = summary.skipped, summary.run_id
        return told(
            f"已全部发布：{rows:,} 行，无变化（批次 {run}）；--resend 重新发送",
            f"already published: {counted(rows, 'row')}, unchanged (run {run}); --resend sends them again",
        )
    rate = summary.rows / summary.seconds if summary.seconds else 0
    remarks = (
        (summary.unreadable, told("行不可读", "of them unreadable")),
        (summary.withheld, told("行涉及自然人，未发送内容", "of them about natural persons, withheld")),
        (summary.skipped, told("行此前已发布", "already published before")),
    )
    parts = [told(f"已发布 {summary.published:,} 行", f"{summary.published:,} published")]
    parts += [f"{count:,} {word}" for count, word in remarks if count]
    line = f"{' · '.join(parts)}   {rate:,.0f} {told('行/秒', 'rows/s')}   {told('批次', 'run')} {summary.run_id}"
    return line + _compared(summary)


def _compared(summary: RunSummary) -> str:
    found = summary.comparison
    if found is None:
        return ""
    return told(
        f"\n与上次相比：新增 {found.new:,} · 未变 {found.unchanged:,} · 变更 {found.changed:,} · "
        f"消失 {found.vanished:,}",
        f"\nagainst the last run: {found.new:,} new · {found.unchanged:,} unchanged · {found.changed:,} changed · "
        f"{found.vanished:,} vanished",
    )
