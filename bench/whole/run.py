"""Measures the whole way, from what connectors publish to what subscribers read; one measurement by name.

    make bench-whole ARGS="latency --rate 500 --seconds 20"

Every measurement starts servers of its own and compares what came out with what must, before a figure counts. Each
writes results/<name>.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ground import servers
from machine import machine
from whole import (
    beside_restatement,
    bootstrap,
    broken_restatement,
    copying,
    evidence,
    growth,
    latency,
    restatement,
    retraction,
    soak,
    subjects,
    throughput,
)
from whole.open_loop import Probe, Rate
from whole.summary import spread
from whole.workers import WorkerPlan

__all__ = ["main"]

_RESULTS = Path(__file__).parent.parent / "results"
_TARGETS = {
    "p50_ms_at_500": 50,
    "p99_ms_at_500": 150,
    "retraction_p99_ms_at_500": 150,
    "restated_per_second": 50_000,
    "p99_during_restatement": 3,
    "growth": 0.15,
    "memory_mb": 400,
    "rebuild_per_second": 100_000,
    "verify_per_second": 150_000,
    "bootstrap_per_second": 100_000,
    "sync_times_as_fast_as_loop": 2,
    "sync_times_as_fast_as_sink": 1,
}

_PARTS = ("speed", "others")
_BROKEN = "broken"


def main() -> None:
    """Measure and write the result."""
    options = _options()
    print(f"{options.name}:", flush=True)
    figures = _MEASUREMENTS[options.name](options)
    path = options.json or _RESULTS / f"{options.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    given = {name: value for name, value in vars(options).items() if name not in {"json", "name"}}
    result = {"machine": machine(), "options": given, "targets": _TARGETS, **figures}
    path.write_text(json.dumps(result, indent=2, default=str) + "\n", encoding="utf-8")
    print(f"written: {path}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=_MEASUREMENTS)
    parser.add_argument("--events", type=int, default=100_000, help="of a backlog or of a point of growth")
    parser.add_argument("--repeat", type=int, default=3, help="of scaling, latency and retraction")
    parser.add_argument("--processes", type=int, action="append", help="of scaling (1, 2, 4) and latency (1)")
    parser.add_argument(
        "--rate", type=int, action="append", help="events a second of latency (200, 500, 2000) and soak"
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="of each rate of latency, and of the soak")
    parser.add_argument("--chunk", type=int, default=10, help="events that a connector publishes together")
    parser.add_argument("--fetch-wait", type=int, default=10, help="milliseconds, of the reader of latency")
    parser.add_argument("--feeds-alone", action="store_true", help="latency: read no station but the feeds")
    parser.add_argument("--point", type=int, action="append", help="of growth, in place of the usual ones")
    parser.add_argument("--subjects", type=int, default=1_000_000, help="of rebuild")
    parser.add_argument("--records", type=int, default=1_000_000, help="of restatement")
    parser.add_argument("--part", nargs="+", choices=(*_PARTS, _BROKEN), default=_PARTS, help="of restatement")
    parser.add_argument("--faults", type=int, default=6, help="of each walk of `restatement --part broken`")
    parser.add_argument("--seed", type=int, default=20260101, help="of these faults")
    parser.add_argument("--setting", action="append", default=[], help="of the engine, name=value; again for more")
    parser.add_argument("--json", type=Path, help="where the result goes")
    return parser.parse_args()


def _latency(options: argparse.Namespace) -> dict[str, Any]:
    rates = [Rate(rate, options.seconds, options.chunk) for rate in options.rate or (200, 500, 2000)]
    plan = WorkerPlan(settings=options.setting)
    probe = Probe(options.fetch_wait, not options.feeds_alone)
    (processes,) = options.processes or (1,)
    rounds = []
    for _ in range(options.repeat):
        with servers() as ground:
            rounds.append(latency.measure(ground, rates, plan, probe, processes))
    return {"rounds": rounds}


def _retraction(options: argparse.Namespace) -> dict[str, Any]:
    rates = [Rate(rate, options.seconds, options.chunk) for rate in options.rate or (500,)]
    plan, probe = WorkerPlan(settings=options.setting), Probe(options.fetch_wait, stations=False)
    rounds = []
    for _ in range(options.repeat):
        with servers() as ground:
            rounds.append(retraction.measure(ground, rates, plan, probe))
    return {"rounds": rounds}


def _restatement(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "speed" in options.part:
        lanes = (options.point or [4])[0]
        found["speed"] = restatement.restated(options.records, lanes, options.setting)
    if "others" in options.part:
        rate = Rate((options.rate or [500])[0], options.seconds, options.chunk)
        found["others"] = beside_restatement.beside(options.records, rate, options.fetch_wait, options.setting)
    if _BROKEN in options.part:
        found[_BROKEN] = broken_restatement.broken(options.records, options.faults, options.seed, options.setting)
    return found


def _scaling(options: argparse.Namespace) -> dict[str, Any]:
    runs = throughput.backlogs(options.events, options.processes or (1, 2, 4), options.repeat)
    return {"order": "min, median, max", "processes": {count: spread(figures) for count, figures in runs.items()}}


def _growth(measure: Callable[..., dict[str, object]], *points: int) -> Callable[[argparse.Namespace], dict[str, Any]]:
    return lambda options: {"points": measure(options.point or points, options.events)}


def _soak(options: argparse.Namespace) -> dict[str, Any]:
    (rate,) = options.rate
    return soak.soak(rate, options.seconds, WorkerPlan(settings=options.setting))


_MEASUREMENTS: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "latency": _latency,
    "scaling": _scaling,
    "rebuild": lambda options: subjects.million(options.subjects),
    "growth-records": lambda options: growth.records((options.point or [10_000])[0]),
    "growth-partitions": _growth(growth.partitions, 4, 16, 64),
    "growth-departments": _growth(growth.departments, 11, 50, 200),
    "growth-feeds": _growth(growth.feeds, 1, 3, 10, 100),
    "growth-grants": _growth(growth.grants, 3, 30, 100),
    "evidence": lambda options: evidence.evidence((options.point or [400_000])[0], options.repeat),
    "bootstrap": lambda options: bootstrap.bootstrap((options.point or [300_000])[0], options.repeat),
    "sync": lambda options: copying.copying((options.point or [100_000])[0], options.repeat),
    "retraction": _retraction,
    "restatement": _restatement,
    "soak": _soak,
}


if __name__ == "__main__":
    main()
