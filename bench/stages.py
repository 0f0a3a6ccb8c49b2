"""Measures the four stages, each alone in one process, against a stock Faust agent on the same records.

Real Kafka, registry and Redis, exactly once. Repetitions of all contestants take turns, so that a slow minute of the
machine hits them alike; what a run wrote is counted before its time counts. Absolute figures belong to the machine,
ratios of one run travel.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis
from checking import Ends, ends, written
from ground import create, opened, servers
from load import Load, Loads, write
from machine import machine

from creditbus.topics.connection import Connection
from creditbus.topics.names import LEDGER, STAGES
from creditbus.topics.registry import SchemaRegistry

Figures = dict[str, float]

_HERE = Path(__file__).parent
_RESULTS = _HERE / "results"
_LANES = 4
_RUN_SECONDS = 300
_STOCK = {"intake": "stock Faust, intake's topics", "profiles": "stock Faust, profiles' topic"}
_TARGETS = {"profiles": 3.0, "intake": 2.0}
_MEMORY_MB = 400


@dataclass(frozen=True, slots=True)
class Bench:
    """Servers and loads of one run; servers of its own may be emptied."""

    connection: Connection
    loads: Mapping[str, Load]
    own: bool


def main() -> None:
    """Measure, print the tables, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="of each load")
    parser.add_argument("--repeat", type=int, default=3, help="rounds that count")
    parser.add_argument("--warm-up", type=int, default=1, help="rounds before them that do not")
    parser.add_argument("--stage", action="append", choices=STAGES, help="these alone; again for more")
    parser.add_argument("--home", type=Path, help="home whose servers are used and left running")
    parser.add_argument("--without-stock", action="store_true", help="leave stock Faust out")
    parser.add_argument("--subjects", type=int, default=100_000, help="of the memory measurement; 0: leave it out")
    parser.add_argument("--json", type=Path, default=_RESULTS / "spine.json")
    options = parser.parse_args()
    names = options.stage or list(STAGES)
    with servers(options.home) as ground:
        connection = ground.connection
        bench = Bench(connection, _prepared(connection, names, options.events), options.home is None)
        _rounds(bench, names, range(options.warm_up), with_stock=not options.without_stock)
        counted = range(options.warm_up, options.warm_up + options.repeat)
        runs = _rounds(bench, names, counted, with_stock=not options.without_stock)
        memory = _memory(options.subjects) if options.subjects else {}
    _report(runs, memory, options)


# -- servers and loads ---------------------------------------------------------------------------


def _prepared(connection: Connection, names: Sequence[str], events: int) -> dict[str, Load]:
    loads = _loads(connection)
    made = {}
    for name in names:
        made[name] = getattr(loads, name)(events)
        if name == "intake":
            # a department is known by its topic: the real ones, for this load alone
            write(connection.bootstrap_servers, made[name].records)
        else:
            create(connection, [_input(name)], _LANES)
            write(connection.bootstrap_servers, made[name].records, {made[name].topics[0]: _input(name)}.__getitem__)
        print(f"{name}: {len(made[name].records)} events written", flush=True)
    return made


def _loads(connection: Connection) -> Loads:
    return Loads(opened(connection).stages, SchemaRegistry(connection.registry_url), _LANES)


def _input(stage: str) -> str:
    return f"bench.{os.getpid()}.{stage}"


# -- runs ----------------------------------------------------------------------------------------


def _rounds(bench: Bench, names: Sequence[str], rounds: range, *, with_stock: bool) -> dict[str, list[Figures]]:
    runs: dict[str, list[Figures]] = {}
    for number in rounds:
        for name in names:
            runs.setdefault(name, []).append(_stage_run(bench, name, number))
            if with_stock and name in _STOCK:
                runs.setdefault(_STOCK[name], []).append(_stock_run(bench, name, number))
    return runs


def _stage_run(bench: Bench, name: str, number: int) -> Figures:
    load = bench.loads[name]
    application = f"bench-{os.getpid()}-{name}-{number}"
    changelog = f"{application}.{name}"
    create(bench.connection, [changelog], _LANES, **{"cleanup.policy": "compact"})
    outputs = [*load.outputs, LEDGER]
    before = ends(bench.connection, outputs)
    if bench.own:
        # what earlier runs left there is no part of this one
        with redis.Redis.from_url(bench.connection.redis_url) as store:
            store.flushall()
    command = [str(_HERE / "worker.py"), f"--stage={name}", f"--application={application}"]
    command += ["--apart", f"--until={len(load.records)}"]
    if name != "intake":
        command.append(f"--input={_input(name)}")
    figures = _run(bench.connection, command)
    _check(bench.connection, name, load, before)
    _say(name, figures)
    return figures


def _stock_run(bench: Bench, name: str, number: int) -> Figures:
    load = bench.loads[name]
    topics = load.topics if name == "intake" else [_input(name)]
    command = [
        str(_HERE / "stock_faust.py"),
        f"--servers={bench.connection.bootstrap_servers}",
        f"--application=stock-{os.getpid()}-{name}-{number}",
        f"--until={len(load.records)}",
        *(f"--topic={topic}" for topic in topics),
    ]
    figures = _run(bench.connection, command)
    _say(_STOCK[name], figures)
    return figures


def _run(connection: Connection, command: Sequence[str], *, timed: bool = True) -> Figures:
    environment = os.environ | {f"CREDITBUS_{key.upper()}": value for key, value in connection.endpoints().items()}
    done = subprocess.run(
        [sys.executable, *command], env=environment, stdout=subprocess.PIPE, check=True, timeout=_RUN_SECONDS
    )
    figures: Figures = json.loads(done.stdout)
    if timed and figures.get("losses"):
        message = f"{command[0]}: a lane was acquired again in the middle: the time says nothing"
        raise RuntimeError(message)
    return figures


def _check(connection: Connection, stage: str, load: Load, before: Ends) -> None:
    """Compare what the stage wrote and booked with what it must.

    Raises:
        RuntimeError: they differ: the time says nothing.

    """
    records, outcomes = written(connection, before)
    if records != dict(load.outputs) or outcomes != dict(load.outcomes):
        message = f"{stage} wrote {records} {outcomes}, not {dict(load.outputs)} {dict(load.outcomes)}"
        raise RuntimeError(message)


def _memory(subjects: int) -> Figures:
    """Peak memory of a worker with all four stages after one registration each of this many subjects."""
    with servers() as ground:
        connection = ground.connection
        load = _loads(connection).registrations(subjects)
        write(connection.bootstrap_servers, load.records)
        before = {topic: dict.fromkeys(range(_LANES), 0) for topic in (*load.outputs, LEDGER)}
        command = [str(_HERE / "worker.py"), *(f"--stage={stage}" for stage in STAGES)]
        figures = _run(connection, [*command, "--application=creditbus", f"--until={subjects}"], timed=False)
        _check(connection, "worker", load, before)
    _say("worker, all stages", figures)
    return figures


# -- report --------------------------------------------------------------------------------------


def _say(name: str, figures: Figures) -> None:
    print(f"  {name}: {figures['events_per_second']:,.0f}/s, {figures['cpu_us_per_event']:.1f} us", flush=True)


def _report(runs: Mapping[str, Sequence[Figures]], memory: Figures, options: argparse.Namespace) -> None:
    spreads = {name: _spread(figures) for name, figures in runs.items()}
    print(f"\n{options.events:,} events a run, {options.repeat} runs in turn; min / median / max\n")
    print(f"| {'':<29} | {'events/s':>24} | {'CPU us/event':>18} | {'CPU':>5} | {'wall s':>6} | {'RSS MB':>6} |")
    print(f"|{'-' * 31}|{'-' * 26}|{'-' * 20}|{'-' * 7}|{'-' * 8}|{'-' * 8}|")
    for name, spread in spreads.items():
        rate, cpu = spread["events_per_second"], spread["cpu_us_per_event"]
        print(
            f"| {name:<29} | {' / '.join(f'{value:,.0f}' for value in rate):>24} "
            f"| {' / '.join(f'{value:.1f}' for value in cpu):>18} | {spread['cpu_share'][1]:>5.0%} "
            f"| {spread['wall_seconds'][1]:>6.1f} | {spread['peak_rss_mb'][2]:>6.0f} |"
        )
    ratios = {}
    for name, target in _TARGETS.items():
        if _STOCK[name] in spreads and name in spreads:
            ratio = spreads[name]["events_per_second"][1] / spreads[_STOCK[name]]["events_per_second"][1]
            ratios[name] = {"ratio": round(ratio, 2), "target": target}
            print(f"\n{name} / stock Faust: {ratio:.2f} (target {target:.0f})", end="")
    if memory:
        title = f"worker with four stages, {options.subjects:,} subjects"
        print(f"\n{title}: {memory['peak_rss_mb']:.0f} MB (target {_MEMORY_MB})")
    print("\nwaits and work of a lane, us/event (median): ", end="")
    for name in filter(STAGES.__contains__, spreads):
        phases = {phase: spreads[name][f"{phase}_us_per_event"][1] for phase in ("read", "step", "commit", "write")}
        print(f"\n  {name}: " + ", ".join(f"{phase} {value:.1f}" for phase, value in phases.items()), end="")
    print()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    result = {
        "machine": machine(),
        "events": options.events,
        "repetitions": options.repeat,
        "order": "min, median, max",
        "runs": {name: _rounded(spread) for name, spread in spreads.items()},
        "ratios": ratios,
        "memory": {"subjects": options.subjects, **memory} if memory else {},
    }
    options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _spread(figures: Sequence[Figures]) -> dict[str, tuple[float, float, float]]:
    columns = {name: sorted(figure[name] for figure in figures) for name in figures[0]}
    return {name: (values[0], statistics.median(values), values[-1]) for name, values in columns.items()}


def _rounded(spread: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    return {name: [round(value, 2) for value in values] for name, values in spread.items()}


if __name__ == "__main__":
    main()
