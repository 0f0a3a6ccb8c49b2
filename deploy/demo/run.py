"""The demonstration: the whole bus on this machine, from the departments' files to the subscribers' feeds."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from creditbus.connectors.run.reporter import BarReporter
from creditbus.connectors.run.runner import run_connector
from creditbus.deploy import messages
from creditbus.deploy.bus import apply_bus
from creditbus.deploy.demo.commands import Commands
from creditbus.deploy.demo.departments import DELIVERIES, Delivery, configure, left_out
from creditbus.deploy.demo.ending import DAY, ended
from creditbus.deploy.demo.evidence import signed_and_verified
from creditbus.deploy.demo.generate import generate
from creditbus.deploy.demo.move import Moved, on_show, registered_elsewhere
from creditbus.deploy.demo.observation import Observer
from creditbus.deploy.demo.report import differences, pairs, side_by_side, telling
from creditbus.deploy.demo.rest import await_rest
from creditbus.deploy.demo.worker import Worker
from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.leash import attach
from creditbus.services.cli.language import spoken
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

__all__ = ["run"]

_DISTRICT, _AGENCY = "district-wuchang", "agency-xinda"
_SHOWN = 2
_NARROWEST = 110
_MARK = "demonstration"
"""File that says: this folder is the demonstration's own and may be removed."""

Progress = Callable[[str], None]


def run(home: Path, data: Path | None, console: Console, progress: Progress) -> bool:
    """Run everything once and show it.

    Args:
        home: folder of the demonstration's own servers; what an earlier demonstration left there is removed.
        data: folder of departments' files; None generates fictional ones, whose true outcomes are known.
        console: where the facts go.
        progress: is called with each step.

    Returns:
        Whether the ledger balances and, on generated files, says what is true, and the feed is as its manifest says.

    Raises:
        UserError: the folder holds nothing to publish, a server did not start, or the bus stopped on its way.
    """
    _clear(home)
    truth = None
    others: list[str] = []
    if data is None:
        progress(messages.GENERATING())
        data = home / "generated"
        truth = generate(data).departments()
    else:
        others = left_out(data)
    configurations = configure(data, home / "connectors.d")
    if not configurations:
        raise ConfigurationError(str(data), messages.NO_FILES(), messages.KNOWN(known=_known()))
    if others:
        line = spoken(messages.LEFT_OUT, others=", ".join(others), known=_known())
        console.print(line, markup=False, soft_wrap=True)
    cluster = Cluster(home, progress=progress)
    leash = attach(cluster)
    try:
        with cluster:
            connection = cluster.connection()
            progress(messages.APPLYING())
            apply_bus(connection)
            # generated records are of former years; files from a folder are judged by today
            with Worker(home, None if truth is None else DAY) as worker:
                waves = _waves(configurations, generated=truth is not None)
                passage = _carry(waves, connection, worker, console, progress)
                commands = Commands(home, max(console.width, _NARROWEST))
                _show(commands, console)
                followed = truth is None or _move(data, connection, passage.published, worker, commands, console)
            over = truth is None or ended(home, _DISTRICT, commands, console)
            proved = signed_and_verified(commands, _DISTRICT, console)
            _rate(passage, console)
            return _verdict(passage.departments, truth, console) and followed and over and proved
    finally:
        leash.communicate(timeout=60)


def _known() -> str:
    return ", ".join(each.file for each in DELIVERIES)


def _clear(home: Path) -> None:
    if home.exists() and not (home / _MARK).is_file():
        raise ConfigurationError(str(home), messages.NOT_OURS(), messages.MOVE_IT_AWAY())
    if home.exists():
        Cluster(home).stop()
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / _MARK).touch()


def _waves(configurations: Mapping[Delivery, Path], *, generated: bool) -> list[list[Path]]:
    """Choose what is published together.

    Generated files show that the register may come last: what needs it waits, and is released by itself. Files from a
    folder are published as their departments would, the register long before the others, so that each count is that of
    the files' own order.
    """
    register = [path for delivery, path in configurations.items() if delivery.registers]
    others = [path for delivery, path in configurations.items() if not delivery.registers]
    return [others + register] if generated else [wave for wave in (register, others) if wave]


@dataclass(slots=True)
class _Passage:
    published: int = 0
    seconds: float = 0.0
    """From the first row read to the last change seen, without the pauses of waiting for calm."""
    departments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _carry(
    waves: Sequence[Sequence[Path]], connection: Connection, worker: Worker, console: Console, progress: Progress
) -> _Passage:
    observer, passage = Observer(connection), _Passage()
    for wave in waves:
        started = time.monotonic()
        passage.published += _publish(wave, connection, console)
        progress(messages.AWAITING())
        rest = await_rest(observer, passage.published, worker.check)
        passage.seconds += rest.since - started
        passage.departments = rest.observation.departments
    return passage


def _publish(configurations: Sequence[Path], connection: Connection, console: Console) -> int:
    published = 0
    with BarReporter(console) as reporter:
        for configuration in configurations:
            summary = run_connector(configuration, connection, progress=reporter)
            published += summary.published
            if not console.is_terminal:
                rate = summary.rows / summary.seconds if summary.seconds else 0.0
                line = spoken(messages.PUBLISHED, rows=summary.rows, rate=rate, connector=summary.connector)
                console.print(line, markup=False)
    return published


def _show(commands: Commands, console: Console) -> None:
    _run_shown(commands, console, "ledger")
    mine = list(commands.stream("feed", "follow", _DISTRICT, "--from-start", "--until-end"))
    theirs = commands.stream("feed", "follow", _AGENCY, "--from-start", "--until-end")
    if mine:
        _run_shown(commands, console, "profile", "show", _busiest(mine))
    both = pairs(mine, theirs)
    for record, other in (telling(both) or both)[:_SHOWN]:
        about = {"item": record["record"]["item"], "subject": record["subject"]["name"]}
        console.print("\n" + spoken(messages.ONE_CHANGE, **about), markup=False)
        console.print(side_by_side((_DISTRICT, _AGENCY), (record, other)))


def _move(
    data: Path, connection: Connection, published: int, worker: Worker, commands: Commands, console: Console
) -> bool:
    """Let the subject of which a feed shows most move, and tell whether the feed follows."""
    follow = ("feed", "follow", _DISTRICT, "--from-start", "--until-end")
    before = list(commands.stream(*follow))
    for code, _ in on_show(before).most_common(1):
        connector = registered_elsewhere(data, data.parent / "moved", code)
        if connector is None:
            return False
        run_connector(connector, connection)
        await_rest(Observer(connection), published + 1, worker.check)
        return Moved(before, code).say(_DISTRICT, commands.stream(*follow), console)
    return True


def _run_shown(commands: Commands, console: Console, *arguments: str) -> None:
    console.print(f"\n[bold]creditbus {' '.join(arguments)}[/bold]")
    console.print(commands.text(*arguments).rstrip(), markup=False, highlight=False, soft_wrap=True)


def _rate(passage: _Passage, console: Console) -> None:
    rate = passage.published / passage.seconds if passage.seconds else 0.0
    line = spoken(messages.PASSAGE, count=passage.published, seconds=passage.seconds, rate=rate)
    console.print("\n" + line, markup=False)


def _busiest(records: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(str(record["subject"]["code"]) for record in records)
    return counts.most_common(1)[0][0]


def _verdict(
    departments: Mapping[str, Mapping[str, Any]], truth: Mapping[str, Mapping[str, Any]] | None, console: Console
) -> bool:
    balanced = all(counts["balanced"] for counts in departments.values())
    line = spoken(messages.BALANCES if balanced else messages.DOES_NOT_BALANCE)
    console.print(line if balanced else f"[bold red]{line}[/bold red]")
    if truth is None:
        return balanced
    wrong = differences(departments, truth)
    for sentence in wrong:
        console.print(f"[bold red]{spoken(sentence)}[/bold red]")
    if not wrong:
        console.print(spoken(messages.EVERY_COUNT_IS_TRUE))
    return balanced and not wrong
