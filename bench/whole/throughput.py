"""The whole way as fast as it goes: a backlog through four stages, in one worker process or in several.

From the first commit of intake to the last of fanout. It counts only when every feed has as many records as it must
and the ledger says what the stages say in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from checking import Ends, ends, written
from ground import Ground, servers
from load import write
from whole.loads import WholeLoad, WholeLoads
from whole.processors import OTHERS, Processors
from whole.workers import Worker, WorkerPlan, cpu_between, end, pids, read, wait, workers

from creditbus.topics.names import LEDGER, STAGES

__all__ = ["backlog", "backlogs", "check"]

_BESIDE = ("caution", "normal")


def backlogs(events: int, counts: Sequence[int], repeat: int) -> dict[str, list[dict[str, float]]]:
    """Return the figures of each run by the number of processes; runs take turns, each on servers of its own."""
    found: dict[str, list[dict[str, float]]] = {str(count): [] for count in counts}
    for _ in range(repeat):
        for count in counts:
            with servers() as ground:
                figures = backlog(ground, WholeLoads(ground).mixed(events), count, WorkerPlan())
            found[str(count)].append(figures)
            print(f"  {count} processes: " + ", ".join(f"{k} {v:,.1f}" for k, v in figures.items()), flush=True)
    return found


def backlog(ground: Ground, load: WholeLoad, count: int, plan: WorkerPlan) -> dict[str, float]:
    """Return the figures of one backlog on fresh servers.

    Raises:
        RuntimeError: the feeds or the ledger are not as they must be: the time says nothing.

    """
    connection = ground.connection
    write(connection.bootstrap_servers, load.records)
    topics = [*(f"feed.{name}" for name in ground.declared.subscribers), LEDGER]
    before = ends(connection, topics)
    with workers(ground, count, plan) as running:
        busy = Processors({**ground.pids, **pids(running)})
        wait(running, lambda: read(running, "fanout"), load.changes)
        used, others = busy.seconds(), busy.cores()[OTHERS]
        end(running)
    check(ground, before, load)
    return _figures(running, load, used) | {"others_cores": others}


def check(ground: Ground, before: Ends, *loads: WholeLoad) -> None:
    """Compare feeds and ledger with what must come of these loads.

    Raises:
        RuntimeError: they differ.

    """
    records, outcomes = written(ground.connection, before)
    booked = {name: number for name, number in outcomes.items() if not name.startswith(_BESIDE)}
    feeds, wanted = Counter[str](), Counter[str]()
    for load in loads:
        feeds.update(load.feeds)
        wanted.update(load.outcomes)
    if records != dict(feeds) or booked != dict(wanted):
        message = f"wrote {records} {booked}, not {dict(feeds)} {dict(wanted)}"
        raise RuntimeError(message)


def _figures(running: Sequence[Worker], load: WholeLoad, used: dict[str, float]) -> dict[str, float]:
    looks = sorted((look["at"], number) for number, worker in enumerate(running) for look in worker.looks)
    first = min(look["at"] for worker in running for look in worker.looks if look["read"].get("intake"))
    last = min(at for at, _ in looks if sum(_read_at(worker, at) for worker in running) >= load.changes)
    events = len(load.records)
    cpu = sum(cpu_between(worker, first, last) for worker in running)
    batches = sum(
        worker.totals.get(f"creditbus_stage_batches_total {stage}", 0) for worker in running for stage in STAGES
    )
    return {
        "events_per_second": events / (last - first),
        "feed_records_per_second": sum(load.feeds.values()) / (last - first),
        "cpu_us_per_event": cpu / events * 1e6,
        "worker_cpu_share": cpu / (last - first),
        **{f"{name}_cpu_us_per_event": used[name] / events * 1e6 for name in ("kafka", "redis", "registry")},
        "transactions": batches,
        "peak_rss_mb": max(worker.looks[-1]["peak_mb"] for worker in running),
        "losses": sum(sum(worker.looks[-1]["lost"].values()) for worker in running),
    }


def _read_at(worker: Worker, at: float) -> float:
    return next((float(look["read"].get("fanout", 0)) for look in reversed(worker.looks) if look["at"] <= at), 0.0)
