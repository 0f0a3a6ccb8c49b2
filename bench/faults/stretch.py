"""One stretch of a campaign: a cluster, the load on it, a schedule of faults, and the check at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from faults.finish import finish
from faults.kinds import KINDS, MissedError
from faults.opening import Plan, opened
from faults.outlet import Mark
from faults.result import Fault, Result
from faults.scene import Scene

from tests.harness.problem import WRONG, Problem

__all__ = ["run_stretch"]

_TRIES = 3
_LOOK_SECONDS = 0.05

Say = Callable[[str], None]


def run_stretch(plan: Plan, folder: Path, result: Result, interrupted: Callable[[], bool], say: Say) -> None:
    """Do what the plan says and fill in the result as it goes, so that it is worth something at any moment.

    Args:
        plan: what is to happen.
        folder: empty, for the servers' data, files and logs.
        result: is filled in.
        interrupted: tells that the sources should end now, to be checked with what they sent.
        say: hears of every fault, after the result has it.

    """
    began = time.monotonic()
    with ExitStack() as stack:
        say(f"{plan.brokers} broker{'s' * (plan.brokers > 1)}: starting servers and workers")
        scene, observer, direct = stack.enter_context(opened(plan, folder, say))
        for number, kind in enumerate(plan.faults, start=1):
            _await_share(scene, interrupted)
            if interrupted():
                break
            try:
                fault = _strike(scene, kind, plan.brokers)
            except Exception as error:  # noqa: BLE001 -- the campaign goes on and says so at its end
                result.problems.append(Problem(WRONG, 1, f"fault {number}, {kind}: {error!r}"[:500]))
                say(f"  {number:3}/{len(plan.faults)} {kind:30} FAILED: {error!r}")
                continue
            finally:
                scene.pace.next_share()
            result.faults.append(fault)
            say(_line(number, len(plan.faults), fault))
        while direct.is_alive() and not ((scene.pace.complete and scene.city.complete) or interrupted()):
            time.sleep(_LOOK_SECONDS)
        finish(scene, observer, direct, result, say)
        result.seconds = time.monotonic() - began


def _await_share(scene: Scene, interrupted: Callable[[], bool]) -> None:
    """Wait for a moment that is drawn from this fault's share of the events, and for output."""
    moment, changes = scene.random.uniform(0.5, 1.0), scene.outlet.changes
    while not interrupted():
        if scene.outlet.problem is not None:
            raise scene.outlet.problem
        if scene.pace.share_is_out(moment) and scene.outlet.changes > changes:
            return
        time.sleep(_LOOK_SECONDS)


def _strike(scene: Scene, kind: str, brokers: int) -> Fault:
    events = scene.pace.published
    for _ in range(_TRIES):
        try:
            mark = KINDS[kind].strike(scene)
            break
        except MissedError:
            continue
    else:
        raise AssertionError("there was nothing to break")
    scene.until(lambda: scene.outlet.settled(mark), "output of every lane after the fault")
    return _fault(kind, brokers, events, mark)


def _fault(kind: str, brokers: int, events: int, mark: Mark) -> Fault:
    every = max(mark.every.values())
    return Fault(kind, brokers, events, mark.first or 0.0, every, mark.repaired, mark.silence)


def _line(number: int, faults: int, fault: Fault) -> str:
    repaired = f", there again after {fault.repaired:.1f} s" if fault.repaired else ""
    return (
        f"  {number:3}/{faults} at {fault.events:7,} events  {fault.kind:30} first output {fault.first:5.2f} s, "
        f"every lane {fault.every:5.2f} s{repaired}"
    )
