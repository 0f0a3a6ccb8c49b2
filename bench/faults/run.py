"""The long fault campaign: a running bus under load, broken again and again, and then checked to the last event.

`make faults` runs all of it; `make faults ARGS="--events 20000 --faults 8 --seed 7"` a short one. Ends with 1 when
anything is lost, doubled or wrong. Ctrl-C lets the sources end and checks what was done up to then; a second one stops
at once and leaves a report without a verdict.
"""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from faults.kinds import KINDS
from faults.opening import Plan
from faults.report import document, failed, table, write
from faults.result import Result
from faults.schedule import schedule
from faults.stretch import run_stretch
from machine import machine

_ROOT = Path(__file__).resolve().parents[2]
_RESULT = _ROOT / "bench" / "results" / "faults.json"
_UNFINISHED = _ROOT / "build" / "faults.json"
_EVENTS, _FAULTS, _SEED = 400_000, 66, 20260101
_EVENTS_OF_A_CHANGE = 2_000
_SHARE_OF_THREE_BROKERS = 0.3
_SECONDS = 20.0
_WANTED = {"worker_killed": (3.0, 10.0)}


def main() -> int:
    """Run a campaign; return the exit code."""
    options = _options()
    signals = _Signals()
    began = time.monotonic()
    complete_size = options.events >= _EVENTS and options.faults >= 60  # noqa: PLR2004 -- what is called the campaign
    path = options.output or (_RESULT if complete_size else _UNFINISHED)
    results: list[Result] = []
    # the city reports its changes from a thread of its own
    one_at_a_time = threading.Lock()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)

    def save(*, complete: bool) -> dict[str, Any]:
        facts = document(results, options.seed, machine(), complete=complete)
        write(facts, path if complete else _UNFINISHED)
        return facts

    def step(text: str) -> None:
        with one_at_a_time:
            say(text)
            save(complete=False)

    plans = _plans(options)
    changes = sum(plan.changes for plan in plans)
    say(f"seed {options.seed}: {options.events:,} events, {options.faults} faults, {changes} changes of views")
    # Millions of records stay until the end: looking through them for cycles would take most of the time.
    gc.disable()
    try:
        for plan in plans:
            if signals.asked():
                break
            results.append(Result(plan.brokers))
            with tempfile.TemporaryDirectory(prefix="faults-") as folder:
                try:
                    run_stretch(plan, Path(folder), results[-1], signals.asked, step)
                finally:
                    save(complete=False)
                    if options.keep_logs:
                        _keep_logs(Path(folder), options.keep_logs / f"brokers-{plan.brokers}")
            gc.collect()
    except KeyboardInterrupt:
        say("stopped at once; nothing was checked")
    facts = save(complete=not signals.asked() and all(result.checked for result in results))
    print(table(facts))
    _judge(facts)
    return int(failed(results) or not results)


class _Signals:
    """The first one ends the campaign in good order, the second at once."""

    def __init__(self) -> None:
        self._count = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def asked(self) -> bool:
        return self._count > 0

    def _take(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- the signature of a handler
        self._count += 1
        if self._count > 1:
            raise KeyboardInterrupt


def _plans(options: argparse.Namespace) -> list[Plan]:
    changes = options.events // _EVENTS_OF_A_CHANGE if options.changes is None else options.changes
    share = {1: 0.0, 3: 1.0}.get(options.brokers, _SHARE_OF_THREE_BROKERS)
    three = round(options.faults * share)
    parts = {1: options.faults - three, 3: three}
    return [
        Plan(
            brokers,
            round(options.events * faults / options.faults),
            schedule(options.seed, faults, brokers, options.only),
            round(changes * faults / options.faults),
            options.seconds,
            options.seed + brokers,
        )
        for brokers, faults in parts.items()
        if faults
    ]


def _judge(facts: dict[str, Any]) -> None:
    for kind, (median, worst) in _WANTED.items():
        if found := facts["seconds_to_first_output"].get(kind):
            kept = found["median"] <= median and found["worst"] <= worst
            verdict = "kept" if kept else "NOT kept"
            print(f"target for {kind}: median {median:.0f} s, worst {worst:.0f} s: {verdict}")


def _keep_logs(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for log in folder.rglob("*.log"):
        (target / log.name).write_bytes(log.read_bytes())


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--events", type=int, default=_EVENTS, help="to be published in all (%(default)s)")
    parser.add_argument("--faults", type=int, default=_FAULTS, help="how many (%(default)s)")
    parser.add_argument("--changes", type=int, help="of views: grants, classes, days (one for each 2,000 events)")
    parser.add_argument("--seed", type=int, default=_SEED, help="of load and schedule (%(default)s)")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="from one fault to the next (%(default)s)")
    parser.add_argument("--brokers", type=int, choices=(1, 3), help="one cluster only; both when left out")
    parser.add_argument(
        "--only", action="append", choices=sorted(KINDS), default=[], help="a kind of fault; repeatable"
    )
    parser.add_argument("--output", type=Path, help="the report (bench/results for the whole campaign, else build)")
    parser.add_argument("--keep-logs", type=Path, help="a folder for the logs of workers, connectors and servers")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
