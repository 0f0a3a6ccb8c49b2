"""Simulated schedules: `--seed N --schedules 1 --trace` prints what happened in one.

The engine's own lanes, transactions and store rules run against a cluster and a store in memory, in a time of their
own, while workers are killed and frozen, lanes move, answers are lost; then an oracle looks whether every record had
its effect once.
"""

import argparse
import json
import math
import os
import sys
import time

from tests.simulation.breaks import BREAKS
from tests.simulation.runner import run_all
from tests.simulation.schedule import installed, run

_HASHES = {"PYTHONHASHSEED": "0"}


def main() -> int:
    """Run what is asked for; exit code 1 when a schedule was wrong."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        # texts in sets would have another order in every run
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]], os.environ | _HASHES)  # noqa: S606 -- ourselves
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--schedules", type=int, default=20_000, help="how many seeds are run")
    parser.add_argument("--seed", type=int, default=1, help="the first of them")
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no more behind so many seconds")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many run at once")
    parser.add_argument("--trace", action="store_true", help="print what happens")
    parser.add_argument("--break", dest="rule", choices=BREAKS, default="", help="run until this fault is found")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    if given.trace:
        return _trace(given.seed, given.schedules)
    began = time.perf_counter()
    outcome = run_all(given.seed, given.schedules, rule=given.rule, processes=given.processes, seconds=given.seconds)
    seconds = time.perf_counter() - began
    found = {
        "schedules": outcome.schedules,
        "records": outcome.records,
        "virtual_seconds": round(outcome.virtual_seconds),
        "seconds": round(seconds, 1),
        "schedules_per_second": round(outcome.schedules / seconds, 1),
        "faults": dict(sorted(outcome.faults.items())),
        "wrong": outcome.wrong,
    }
    say = [json.dumps(found)] if given.json else [f"{name}: {value}" for name, value in found.items()]
    sys.stdout.write("\n".join([*say, ""]))
    return 1 if outcome.wrong else 0


def _trace(first: int, count: int) -> int:
    wrong = 0
    with installed():
        for seed in range(first, first + count):
            result = run(seed, trace=True)
            sys.stdout.write("\n  ".join([f"seed {seed}", *result.lines, *(result.wrong or ["right"])]) + "\n")
            wrong += bool(result.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
