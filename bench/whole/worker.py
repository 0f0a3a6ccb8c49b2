"""The measured process: stages of the bus as a worker runs them; says ten times a second how far they are.

It is the worker of the product in all but what the arguments change: settings of the engine, the folder of
declarations or those that are published on the bus (`--follow`), and departments that may publish every item. Each line
of its output is a JSON object, the last one tells the phases of the lanes; it ends by SIGTERM, or when its parent is
gone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from measured import KEY, ON, cpu_seconds, end_after, log_quietly, status_mb
from prometheus_client import REGISTRY, Metric

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.engine import metrics
from creditbus.services.engine.run.app import StageApp
from creditbus.services.engine.settings import EngineSettings, tuned
from creditbus.services.worker.bus import open_bus, stage_apps
from creditbus.services.worker.memory import tune_memory
from creditbus.services.worker.renewal import Renewal
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations

_LOOK_SECONDS = 0.1


def main() -> None:
    """Run until asked to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stage", action="append", required=True)
    parser.add_argument("--application", required=True)
    parser.add_argument("--declared", type=Path, help="folder of declarations; the package's own when left out")
    parser.add_argument("--follow", action="store_true", help="work by what is published on the bus, as it changes")
    parser.add_argument("--setting", action="append", default=[], help="name=value, of EngineSettings")
    parser.add_argument("--changelog", default="", help="of the one stage that runs, in place of its own")
    options = parser.parse_args()
    log_quietly()
    asyncio.run(end_after(_run(options)))


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    parent = os.getppid()
    connection = Connection.from_environment()
    settings = _settings(options, connection)
    apps = await (_following if options.follow else _declared)(options, connection, settings)
    tune_memory()
    await asyncio.gather(*(app.start() for app in apps))
    while not stop.is_set() and os.getppid() == parent:
        _say(_look())
        await asyncio.sleep(_LOOK_SECONDS)
    _say({**_look(), "totals": _totals()})


async def _declared(options: argparse.Namespace, connection: Connection, settings: EngineSettings) -> list[StageApp]:
    declared = declarations(options.declared)
    if made_up := _made_up(declared.departments):
        for raw in raw_catalogue().values():
            raw.entry["entitled"] = sorted({*raw.entry.get("entitled", ()), *made_up})
    bus = await open_bus(connection, declared, settings, KEY, on=ON)
    if options.changelog:
        (name,) = options.stage
        bus = replace(bus, stages={name: replace(bus.stages[name], changelog=options.changelog)})
    return [app for app, _ in await stage_apps(bus, options.stage)]


async def _following(options: argparse.Namespace, connection: Connection, settings: EngineSettings) -> list[StageApp]:
    renewal = Renewal(connection, settings, KEY, lambda: ON)
    apps = [app for app, _ in await stage_apps(await renewal.open(), options.stage, renewal.catch_up)]
    renewal.start(apps)
    return apps


def _made_up(departments: Mapping[str, object]) -> Sequence[str]:
    """Return those of generated declarations: the catalogue does not know them."""
    return [name for name in departments if name.startswith("bench-")]


def _settings(options: argparse.Namespace, connection: Connection) -> EngineSettings:
    settings = EngineSettings(application=options.application, bootstrap_servers=connection.bootstrap_servers)
    return tuned(settings, options.setting)


def _look() -> dict[str, object]:
    return {
        "at": time.monotonic(),
        "cpu": cpu_seconds(),
        "rss_mb": status_mb("VmRSS"),
        "peak_mb": status_mb("VmHWM"),
        "read": _by_stage(metrics.RECORDS_IN.collect()),
        "written": _by_stage(metrics.RECORDS_OUT.collect()),
        "ready": _by_stage(metrics.LANES_READY.collect()),
        "restored": _by_stage(metrics.RESTORED_RECORDS.collect()),
        "lost": _by_stage(metrics.LANE_LOST.collect()),
    }


def _by_stage(collected: Iterable[Metric]) -> dict[str, float]:
    found: dict[str, float] = {}
    for metric in collected:
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                stage = sample.labels["stage"]
                found[stage] = found.get(stage, 0.0) + sample.value
    return found


def _totals() -> dict[str, float]:
    """Return sums and counts of all histograms and counters, by name and labels."""
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name.startswith("creditbus_") and not sample.name.endswith(("_bucket", "_created"))
    }


def _say(line: Mapping[str, object]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
