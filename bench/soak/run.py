"""A long soak: workers that are idle for twenty minutes, loaded, idle again, with every interval as it comes.

`make soak HOURS=1.2` runs servers of its own and `creditbus worker` under its supervisor. All the way it looks whether
every lane is ready, whether a worker was started again, what the workers' log says, and how memory and lag go; every
event is followed into every feed, whose numbers and hashes must chain, and into the ledger. Ends with 2 when anything
is lost, doubled or wrong. Ctrl-C ends the load and checks what was done up to then.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from confluent_kafka.admin import AdminClient
from faults.fleet import Crew
from machine import machine
from soak.report import PhaseFigures, document, table_line
from soak.watch import Watch

from creditbus.deploy.bus import apply_bus
from creditbus.topics.declarations import declarations
from tests.harness.account import Account
from tests.harness.checker import WRONG, Problem
from tests.harness.cluster import running_cluster
from tests.harness.log_tail import LogTail
from tests.harness.phases import IDLE, Phase, phases
from tests.harness.steady import Publisher
from tests.harness.subscriber import Reader
from tests.harness.waiting import until
from tests.harness.wire import Wire
from tests.harness.workers import free_port

__all__ = ["main"]

_ROOT = Path(__file__).resolve().parents[2]
_RESULT = _ROOT / "bench" / "results" / "soak-hours.json"
_UNFINISHED = _ROOT / "build" / "soak-hours.json"
_SECONDS_OF_A_RECORD = 4000.0
_FIRST_EVENT_SECONDS = 120.0
_THROUGH_SECONDS = 180.0
_PROGRESS_SECONDS = 60.0
_FOUND = 2


class _Stop:
    """Whether somebody asked for the end; a second time ends at once."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def _take(self, _number: int, _frame: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


class _Soak:
    """What runs, and what it has come to."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack, say: Callable[[str], None], stop: _Stop) -> None:
        self.figures: list[PhaseFigures] = []
        self.problems: list[Problem] = []
        self.hopeless = False
        """The bus stands still: to go on would find nothing more."""
        self._say, self._stop, self._rate = say, stop, options.rate
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        cluster = stack.enter_context(running_cluster(folder / "home", 1))
        bus = cluster.connection()
        apply_bus(bus)
        wire = Wire(bus)
        log = folder / "workers.log"
        if options.keep_logs:
            stack.callback(_keep, log, options.keep_logs)
        ports = _ports(options.processes)
        day = log.with_name("day")
        # what the events tell is of 2018, and would not be published any more
        day.write_text("2019-12-31", encoding="ascii")
        crew = Crew(bus, log, day, options.processes, f"--metrics-port={ports[0]}")
        stack.callback(crew.stop)
        crew.start()
        crew.ready()
        self.crew = crew
        self.log = LogTail(log, say)
        declared = declarations()
        self.account = Account([f"feed.{name}" for name in declared.subscribers])
        lanes = _lanes(wire)
        self.publisher = Publisher(wire, self.account, options.seed, lanes)
        self.reader = Reader(wire, self.account)
        servers = {status.name: status.pid for status in cluster.status() if status.pid is not None}
        self.watch = Watch(crew, ports, servers, lanes, self.log, say)
        self.watch.start()
        until(lambda: self.watch.ready, "every lane is ready", _FIRST_EVENT_SECONDS)
        self.reader.start()
        self.publisher.start()

    def go(self, phase: Phase, number: int, of: int) -> None:
        """Go through one phase; at its end all that was published is through, or that is a problem."""
        account, began = self.account, time.monotonic()
        self._say(f"phase {number} of {of}: {phase.kind} for {phase.seconds:.0f} s")
        before, first = account.published, 0.0
        account.take_seconds()
        if phase.kind != IDLE:
            first = self._first_event()
            self.publisher.rate = 0.0 if self.hopeless else self._rate
        self._wait(began + phase.seconds)
        self.publisher.rate = 0.0
        behind = account.outstanding
        ended = time.monotonic()
        self._await_through(_THROUGH_SECONDS)
        figures = PhaseFigures(
            phase.kind,
            ended - began,
            account.published - before,
            first,
            account.take_seconds(),
            behind,
            [look for look in self.watch.looks if began <= look.at <= ended],
        )
        self.figures.append(figures)
        self._say(f"  {figures.line}")

    def end(self) -> None:
        """End everything, the workers as a service manager does, and check."""
        self.publisher.end()
        self._await_through(_THROUGH_SECONDS)
        self.reader.end()
        self.watch.end()
        began = time.monotonic()
        code = self.crew.stop()
        self._say(f"the workers ended with {code} in {time.monotonic() - began:.1f} s")
        self.log.look()
        self.account.close()
        self.problems += self.watch.problems + self.account.problems
        self.problems += [Problem(WRONG, 1, f"the publisher failed: {what}") for what in self.publisher.failed]
        if self.reader.problem is not None:
            self.problems.append(Problem(WRONG, 1, f"the reader failed: {self.reader.problem!r}"))
        if code:
            self.problems.append(Problem(WRONG, 1, f"the workers ended with {code} after SIGTERM"))
        if self.log.alarming:
            counts = {kind: count for kind, count in self.log.counts.items() if not kind.startswith("WARNING")}
            self.problems.append(
                Problem(WRONG, self.log.alarming, f"the workers' log says more than warnings: {counts}")
            )

    def _first_event(self) -> float:
        began = time.monotonic()
        self.publisher.one()
        while self.account.outstanding:
            if time.monotonic() - began > _FIRST_EVENT_SECONDS:
                text = f"the first event after a pause is not in every feed after {_FIRST_EVENT_SECONDS:.0f} s"
                self._say(f"  WRONG: {text}")
                self.problems.append(Problem(WRONG, 1, text))
                self.hopeless = True
                break
            time.sleep(0.001)
        return time.monotonic() - began

    def _await_through(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not (self.account.through or self.hopeless):
            if time.monotonic() > deadline:
                account = self.account
                missing = f"{account.outstanding} of {account.distinct} events"
                self._say(f"  WRONG: {missing} are not in every feed, {seconds:.0f} s after the last")
                return
            time.sleep(0.1)

    def _wait(self, end: float) -> None:
        told = time.monotonic()
        while (now := time.monotonic()) < end and not (self._stop.asked or self.hopeless):
            if now - told >= _PROGRESS_SECONDS:
                told = now
                self._say(f"  {self._progress()}; {end - now:.0f} s left")
            time.sleep(min(0.5, max(0.0, end - now)))

    def _progress(self) -> str:
        look, account = self.watch.looks[-1], self.account
        workers = [value for name, value in look.memory_mb.items() if name.startswith("worker")]
        return (
            f"published {account.published:,}, on the way {account.outstanding:,}, "
            f"lanes {'ready' if self.watch.ready else dict(look.ready)}, lag {sum(look.lag.values()):.0f}, "
            f"workers {' '.join(f'{value:.0f}' for value in workers)} MB, restarts {self.watch.restarts}, "
            f"log lines {sum(self.log.counts.values())}, problems {len(account.problems) + len(self.watch.problems)}"
        )


def main() -> int:
    """Soak; return the exit code."""
    options = _options()
    began, stop = time.monotonic(), _Stop()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:8.1f} s  {text}", flush=True)

    plan = phases(options.hours * 3600)
    say(f"{options.hours} h at {options.rate:.0f} events/s in {len(plan)} phases, seed {options.seed}")
    with ExitStack() as stack:
        soak = _Soak(options, stack, say, stop)
        for number, phase in enumerate(plan, start=1):
            if stop.asked or soak.hopeless:
                break
            soak.go(phase, number, len(plan))
        soak.end()
        facts = document(options, soak.figures, soak.account, soak.watch, soak.log, soak.problems)
    facts |= {"complete": not (stop.asked or soak.hopeless), "machine": machine()}
    whole = options.hours * 3600 >= _SECONDS_OF_A_RECORD and not stop.asked
    path = options.output or (_RESULT if whole else _UNFINISHED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for problem in soak.problems[:20]:
        print(f"  {problem}")
    print(f"lost {facts['lost']}, doubled {facts['doubled']}, wrong {facts['wrong']}; written: {path}")
    print(table_line(facts))
    return _FOUND if soak.problems else 0


def _lanes(wire: Wire) -> int:
    found = AdminClient({"bootstrap.servers": wire.bus.bootstrap_servers}).list_topics("credit.ledger", timeout=30)
    return len(found.topics["credit.ledger"].partitions)


def _ports(count: int) -> list[int]:
    """Return ports one after the other, as `--metrics-port` gives them out."""
    first = min(free_port(), 65_535 - count)
    return list(range(first, first + count))


def _keep(log: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    (target / log.name).write_bytes(log.read_bytes())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=1.2, help="how long, idle and loaded together (%(default)s)")
    parser.add_argument("--rate", type=float, default=300.0, help="events a second of the load (%(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="of the worker (%(default)s)")
    parser.add_argument("--seed", type=int, default=20260201, help="of the load (%(default)s)")
    parser.add_argument("--output", type=Path, help="the result (bench/results for more than 66 minutes, else build)")
    parser.add_argument("--keep-logs", type=Path, help="a folder for the workers' log")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
