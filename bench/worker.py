"""The measured process: some stages of the bus on topics of their own; prints its figures as JSON.

Started by stages.py. It is the worker of the product in all but its topics: the stages' inputs and changelogs are
replaced, so that runs share nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import time
from dataclasses import replace
from pathlib import Path

from measured import KEY, ON, cpu_seconds, end_after, log_quietly, status_mb
from prometheus_client import REGISTRY

from creditbus.services.engine import metrics
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.worker.bus import open_bus, stage_apps
from creditbus.services.worker.memory import tune_memory
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations

_POLL_SECONDS = 0.01
_PATIENCE_SECONDS = 60.0


def main() -> None:
    """Run until the last stage has read what it must."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stage", action="append", required=True, help="in the order of the events' way")
    parser.add_argument("--application", required=True)
    parser.add_argument("--input", default="", help="topic read in place of the first stage's own")
    parser.add_argument("--apart", action="store_true", help="changelogs named after the application and the stage")
    parser.add_argument("--until", type=int, required=True, help="records that the last stage must read")
    parser.add_argument("--profile", type=Path, help="file for cProfile's figures of the main thread")
    options = parser.parse_args()
    log_quietly()
    asyncio.run(end_after(_report(options)))


async def _report(options: argparse.Namespace) -> None:
    profiler = cProfile.Profile() if options.profile else None
    if profiler:
        profiler.enable()
    figures = await _measure(options)
    if profiler:
        profiler.disable()
        profiler.dump_stats(options.profile)
    print(json.dumps(figures), flush=True)


async def _measure(options: argparse.Namespace) -> dict[str, float]:
    began = time.monotonic()
    connection = Connection.from_environment()
    settings = EngineSettings(application=options.application, bootstrap_servers=connection.bootstrap_servers)
    bus = await open_bus(connection, declarations(), settings, KEY, on=ON)
    stages = {name: _moved(bus.stages[name], options) for name in options.stage}
    apps = await stage_apps(replace(bus, stages=stages), options.stage)
    tune_memory()
    await asyncio.gather(*(app.start() for app, _ in apps))
    last = options.stage[-1]
    started, first, cpu_before, idle_since = 0.0, 0, 0.0, time.monotonic()
    done = 0
    while done < options.until:
        await asyncio.sleep(_POLL_SECONDS)
        read, now = _read(last), time.monotonic()
        if read != done:
            done, idle_since = read, now
            if not started:
                started, first, cpu_before = now, done, cpu_seconds()
        if now - idle_since > _PATIENCE_SECONDS:
            message = f"{last} read {done} of {options.until} records and stopped"
            raise TimeoutError(message)
    ended, cpu = time.monotonic(), cpu_seconds()
    events = done - first
    if not events:
        message = f"{last} read all {done} records between two looks: too few to measure"
        raise ValueError(message)
    return {
        "events_per_second": events / (ended - started),
        "cpu_us_per_event": (cpu - cpu_before) / events * 1e6,
        "cpu_share": (cpu - cpu_before) / (ended - started),
        "wall_seconds": ended - began,
        "peak_rss_mb": status_mb("VmHWM"),
        "transactions": REGISTRY.get_sample_value("creditbus_stage_batches_total", {"stage": last}) or 0,
        "losses": sum(
            sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
            if sample.name == "creditbus_lane_losses_total"
        ),
        **{f"{phase}_us_per_event": _phase(last, phase) / done * 1e6 for phase in ("read", "step", "commit", "write")},
    }


def _moved(stage: Stage, options: argparse.Namespace) -> Stage:
    topics = (options.input,) if options.input and stage.name == options.stage[0] else stage.topics
    changelog = f"{options.application}.{stage.name}" if stage.changelog and options.apart else stage.changelog
    return replace(stage, topics=topics, changelog=changelog)


def _read(stage: str) -> int:
    # this counter alone: to collect the whole registry each time took a seventh of the measured process
    (metric,) = metrics.RECORDS_IN.labels(stage).collect()
    return int(metric.samples[0].value)


def _phase(stage: str, phase: str) -> float:
    labels = {"stage": stage, "phase": phase}
    return REGISTRY.get_sample_value("creditbus_stage_batch_seconds_sum", labels) or 0.0


if __name__ == "__main__":
    main()
