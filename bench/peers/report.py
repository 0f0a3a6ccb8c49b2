"""Says what the profile job took: a table, peers.json and peers.svg."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from machine import machine
from peers.checker import Expected
from peers.contestants import BUILT, CONTESTANTS
from peers.plot import bars
from peers.watch import END, START

__all__ = ["Figures", "report"]

Figures = Mapping[str, float]
Spread = dict[str, list[float]]

_OURS = ("creditbus_1", "creditbus_2")
#: What creditbus is compared with, in what, and how many times better it should be.
_TARGETS = {
    "kafka_streams": (("kafka_streams_1", "kafka_streams_2"), 1.5),
    "quix_streams": (("quix_streams",), 3.0),
    "faust": (("faust",), 5.0),
}
_CPU_TARGET = 2.0


def report(runs: Mapping[str, Sequence[Figures]], expected: Expected, folder: Path) -> None:
    """Print the table and write results and plot into the folder."""
    spreads = {name: _spread([_with_store(run) for run in figures]) for name, figures in runs.items()}
    rates = {name: spread["events_per_second"][1] for name, spread in spreads.items()}
    costs = {name: spread["cpu_with_store_us_per_event"][1] for name, spread in spreads.items()}
    ratios = _ratios(spreads, runs)
    _print(spreads, ratios)
    folder.mkdir(parents=True, exist_ok=True)
    result = {
        "profile_job": rates,
        "cpu_with_store_us_per_event": costs,
        "ratios": ratios,
        "events": expected.read,
        "measured": f"from the first commit behind {START:.0%} of the events to the first behind {END:.0%}",
        "duplicates": expected.read - expected.applied,
        "amendments": expected.amended,
        "subjects": expected.subjects,
        "repetitions": min(map(len, runs.values())),
        "output": "each run's changes, copies and states were equal to a recomputation from the input, to the byte",
        "order": "min, median, max",
        "spread": spreads,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine() | {"java": _java()},
        "versions": _versions(),
    }
    (folder / "peers.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    titles = {name: CONTESTANTS[name].title for name in runs}
    panels = [
        ("events/s", {titles[name]: spreads[name]["events_per_second"] for name in runs}),
        (
            "CPU \N{MICRO SIGN}s per event, of the process and its store",
            {titles[name]: spreads[name]["cpu_with_store_us_per_event"] for name in runs},
        ),
    ]
    (folder / "peers.svg").write_text(bars(panels), encoding="utf-8")


def _with_store(run: Figures) -> Figures:
    """Add what a job costs in all: the peers keep their state in their own process, creditbus in Redis."""
    return {**run, "cpu_with_store_us_per_event": run["cpu_us_per_event"] + run["redis_cpu_us_per_event"]}


def _spread(runs: Sequence[Figures]) -> Spread:
    columns = {name: sorted(figures[name] for figures in runs) for name in runs[0]}
    return {
        name: [round(value, 2) for value in (values[0], statistics.median(values), values[-1])]
        for name, values in columns.items()
    }


def _ratios(spreads: Mapping[str, Spread], runs: Mapping[str, Sequence[Figures]]) -> dict[str, dict[str, Any]]:
    """Return how many times more events/s, and fewer CPU, creditbus has than the best of each peer.

    As one process or as two, whichever has the better median, as of Kafka Streams' threads. Medians, and events/s also
    of each round: in the first one the servers are cold.
    """
    there = [name for name in _OURS if name in spreads]
    if not there:
        return {}
    best = max(there, key=lambda name: spreads[name]["events_per_second"][1])
    ours = spreads[best]
    ratios: dict[str, dict[str, Any]] = {}
    for title, (names, target) in _TARGETS.items():
        peers = [name for name in names if name in spreads]
        theirs = [spreads[name] for name in peers]
        if not theirs:
            continue
        ratios[title] = {
            "events_per_second": _times(ours, theirs, "events_per_second"),
            "creditbus": best,
            "rounds": _rounds(runs[best], [runs[name] for name in peers]),
            "target": target,
            "whole_events_per_second": _times(ours, theirs, "whole_events_per_second"),
            "cpu_with_store": _times_less(ours, theirs, "cpu_with_store_us_per_event"),
            "cpu_of_process": _times_less(ours, theirs, "cpu_us_per_event"),
        }
    if "kafka_streams" in ratios:
        ratios["kafka_streams"]["cpu_target"] = _CPU_TARGET
    return ratios


def _times(ours: Spread, theirs: Sequence[Spread], figure: str) -> float:
    return round(ours[figure][1] / max(spread[figure][1] for spread in theirs), 2)


def _times_less(ours: Spread, theirs: Sequence[Spread], figure: str) -> float:
    return round(min(spread[figure][1] for spread in theirs) / ours[figure][1], 2)


def _rounds(ours: Sequence[Figures], theirs: Sequence[Sequence[Figures]]) -> list[float]:
    best = [max(run["events_per_second"] for run in others) for others in zip(*theirs, strict=True)]
    return [round(run["events_per_second"] / other, 2) for run, other in zip(ours, best, strict=True)]


def _print(spreads: Mapping[str, Spread], ratios: Mapping[str, Mapping[str, Any]]) -> None:
    print(
        "\nmin / median / max. CPU in us per event: of the contestant's process and of Redis, of these Redis, of the"
        "\nbroker; others: processors that were busy with other things, the most\n"
    )
    print("| | events/s | CPU us/event | Redis | broker | whole run | CPU of the process | RSS MB | others |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, spread in spreads.items():
        print(
            f"| {CONTESTANTS[name].title} | {_three(spread['events_per_second'], 0)} "
            f"| {_three(spread['cpu_with_store_us_per_event'], 1)} | {spread['redis_cpu_us_per_event'][1]:.1f} "
            f"| {spread['kafka_cpu_us_per_event'][1]:.1f} | {spread['whole_events_per_second'][1]:,.0f} "
            f"| {spread['cpu_us_per_event'][1]:.1f} | {spread['peak_rss_mb'][2]:.0f} "
            f"| {spread['others_cores'][2]:.2f} |"
        )
    for title, ratio in ratios.items():
        rounds = ", ".join(f"{times:.2f}" for times in ratio["rounds"])
        target = f" (target {ratio['cpu_target']:.1f})" if "cpu_target" in ratio else ""
        print(
            f"\n{CONTESTANTS[ratio['creditbus']].title} / {title}: "
            f"{ratio['events_per_second']:.2f} in events/s (target {ratio['target']:.1f}), rounds {rounds}, "
            f"whole run {ratio['whole_events_per_second']:.2f}; "
            f"CPU with Redis {ratio['cpu_with_store']:.2f} times less{target}, "
            f"of the process {ratio['cpu_of_process']:.2f}"
        )


def _three(values: Sequence[float], places: int) -> str:
    return " / ".join(f"{value:,.{places}f}" for value in values)


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        return ""
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    return told.splitlines()[0]


def _versions() -> dict[str, str]:
    """Return the versions of what was measured, as built."""
    jars = (BUILT / "kafka-streams" / "libraries").glob("kafka-streams-*.jar")
    packages = (BUILT / "quix").glob("lib/python*/site-packages/quixstreams-*.dist-info")
    return {
        "creditbus": version("creditbus"),
        "kafka_streams": "".join(jar.stem.rpartition("-")[2] for jar in jars),
        "quix_streams": "".join(package.stem.partition("-")[2] for package in packages),
        "faust": version("faust-streaming"),
    }
