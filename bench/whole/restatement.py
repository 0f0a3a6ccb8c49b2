"""What a restatement of whole lanes takes, and what other changes wait for it.

A grant is changed, as `topics apply` does it, and all records of an item are given to a feed or taken back from
it. Profiles emits each of them again, and fanout compares what the grant admitted with what it admits now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from checking import Ends, ends, written
from whole.city import City, city
from whole.processors import OTHERS, Processors
from whole.standing_records import ITEM, StandingRecords
from whole.workers import Look, Worker, WorkerPlan, cpu_between, end, pids, wait, workers

__all__ = ["SUBSCRIBER", "restated"]

#: Whose grant changes; the example city grants it no licences.
SUBSCRIBER: Final = "department-housing"
_CHANGES: Final = "credit.changes"
_QUIET_LOOKS: Final = 10
_PATIENCE_SECONDS: Final = 10.0


def restated(records: int, lanes: int, settings: Sequence[str] = ()) -> dict[str, object]:
    """Restate this many licences of all lanes: profiles alone, fanout alone, then both in one process.

    The registrations of their subjects are not restated with them: the grant shows them as it did.

    Raises:
        RuntimeError: the feed is not the view of the grant: the time says nothing.

    """
    with city(lanes) as place:
        standing = StandingRecords(place.ground, lanes, records)
        both, profiles, fanout = (
            WorkerPlan(stages, settings, follow=True) for stages in (("profiles", "fanout"), ("profiles",), ("fanout",))
        )
        standing.establish(settings)
        items = place.grant(SUBSCRIBER)["items"]
        place.declare(SUBSCRIBER, items=[*items, ITEM])
        found: dict[str, object] = {
            "profiles": _alone(place, profiles, "profiles", records, 2 * records + standing.subjects)
        }
        found["fanout"] = _alone(place, fanout, "fanout", records, records)
        standing.expect(SUBSCRIBER, records, granted=True)
        found["whole, taken back"] = _whole(place, both, records, lambda: place.declare(SUBSCRIBER, items=items))
        standing.expect(SUBSCRIBER, records, granted=False)
        found["whole, given"] = _whole(place, both, records, lambda: place.declare(SUBSCRIBER, items=[*items, ITEM]))
        standing.expect(SUBSCRIBER, records, granted=True)
    return {"records": records, "lanes": lanes, **found}


def _alone(place: City, plan: WorkerPlan, stage: str, records: int, until: int) -> dict[str, float]:
    """Start a worker with one stage, which finds everything to do, and measure it.

    Args:
        place: the city.
        plan: of the worker.
        stage: the one.
        records: how many are restated.
        until: how many records the stage has read or written then.

    """
    before = ends(place.ground.connection, [_CHANGES])
    with workers(place.ground, 1, plan) as running:
        figures = _measured(place, running, stage, records, until)
        if stage == "profiles":
            _wait_for_changes(place, before, records)
        end(running)
    print(f"  {stage}: {figures}", flush=True)
    return figures


def _wait_for_changes(place: City, before: Ends, records: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (changes := written(place.ground.connection, before)[0]) != {_CHANGES: records}:
        if time.monotonic() > deadline:
            message = f"profiles wrote {changes} of {records} records"
            raise RuntimeError(message)


def _whole(place: City, plan: WorkerPlan, records: int, declare: Callable[[], int]) -> dict[str, float]:
    """Declare something while a worker with both stages runs, and measure what it does until fanout is through."""
    with workers(place.ground, 1, plan) as running:
        lanes = 2 * place.ground.declared.topics[_CHANGES].partitions
        wait(running, lambda: sum(running[0].looks[-1]["ready"].values()) if running[0].looks else 0, lanes)
        # a lane that is taken up may find a last message of the walk before
        wait(running, lambda: _is_quiet(running[0].looks), 1)
        since = running[0].looks[-1]
        declare()
        figures = _measured(place, running, "fanout", records, records, since)
        end(running)
    print(f"  whole: {figures}", flush=True)
    return figures


def _is_quiet(looks: Sequence[Look]) -> bool:
    newest = looks[-_QUIET_LOOKS:]
    return len(newest) == _QUIET_LOOKS and all(_work(look) == _work(newest[0]) for look in newest)


def _measured(
    place: City, running: Sequence[Worker], stage: str, records: int, until: int, since: Look | None = None
) -> dict[str, float]:
    """Measure what a stage does from a look on, its first one where that is None, until it is through."""
    (worker,) = running
    wait(running, lambda: len(worker.looks), 1)
    since = since or {"read": {}, "written": {}, "ready": {}}
    through = _written if stage == "profiles" else _read
    until += int(through(since, stage))
    busy = Processors({**place.ground.pids, **pids(running)})
    wait(running, lambda: through(worker.looks[-1], stage), until)
    used, others = busy.seconds(), busy.cores()[OTHERS]
    # from the last look before the first commit: pieces are few and large
    first = [look for look in worker.looks if _work(look) == _work(since)][-1]
    last = next(look for look in worker.looks if through(look, stage) >= until)
    seconds = last["at"] - first["at"]
    cpu = cpu_between(worker, first["at"], last["at"])
    return {
        "records_per_second": round(records / seconds),
        "seconds": round(seconds, 2),
        "worker_cpu_us_per_record": round(cpu / records * 1e6, 1),
        **{f"{name}_cpu_us_per_record": round(used[name] / records * 1e6, 1) for name in ("kafka", "redis")},
        "worker_cores": round(cpu / seconds, 2),
        "others_cores": others,
        "peak_rss_mb": round(worker.looks[-1]["peak_mb"]),
    }


def _work(look: Look) -> tuple[float, float]:
    return look["read"].get("profiles", 0) + look["written"].get("profiles", 0), look["read"].get("fanout", 0)


def _written(look: Look, stage: str) -> float:
    """Return how many records were written: each change, the record of the store, and the summaries of subjects.

    Messages that name the next piece, and how a lane stands, are some hundreds to a million.
    """
    return float(look["written"].get(stage, 0) - look["read"].get(stage, 0))


def _read(look: Look, stage: str) -> float:
    return float(look["read"].get(stage, 0))
