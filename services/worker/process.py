"""One worker process: runs the apps of its stages until it is asked to stop or one of them fails."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from creditbus.services.engine import metrics
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.run.app import StageApp
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.store import Store
from creditbus.services.worker.addresses import AddressWatch
from creditbus.services.worker.bus import stage_apps
from creditbus.services.worker.exit_codes import FAILED, INTERRUPTED, MOVED, STALLED
from creditbus.services.worker.guard import LoopGuard, stalled
from creditbus.services.worker.memory import tune_memory
from creditbus.services.worker.metrics_port import serve_metrics
from creditbus.services.worker.person_key import read_person_key
from creditbus.services.worker.renewal import Renewal
from creditbus.topics.connection import Connection

__all__ = ["run_worker", "worker_process"]

logger = logging.getLogger(__name__)

_STOP_SECONDS = 8.0
_WATCH_SECONDS = 1.0
_T = TypeVar("_T")


async def run_worker(
    connection: Connection,
    stages: Sequence[str],
    settings: EngineSettings,
    *,
    metrics_port: int | None,
    supervisor: int | None,
    restarts: Mapping[str, int],
) -> int:
    """Run the stages; return 0 when asked to stop, INTERRUPTED after Ctrl-C, FAILED after a failure, STALLED, MOVED.

    Args:
        connection: where the bus is.
        stages: names of stages.
        settings: of the engine.
        metrics_port: where Prometheus finds the metrics; None: nowhere.
        supervisor: process id of the supervisor; when it is gone the worker stops, so that none is
            left behind by a supervisor that was killed. None: nobody supervises.
        restarts: how often the supervisor has started this worker again, by cause.

    Raises:
        ConfigurationError: something that waiting does not mend.

    """
    stop = asyncio.Event()
    asked: list[int] = []

    def ask(number: int) -> None:
        asked.append(number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask, number)
    watch = asyncio.create_task(_watch(supervisor, stop))
    addresses = AddressWatch(connection)
    elsewhere = asyncio.create_task(addresses.end(stop))
    _serve_metrics(metrics_port, restarts)
    renewal = Renewal(connection, settings, read_person_key(connection.home))

    async def assemble() -> list[tuple[StageApp, Store | None]]:
        return await stage_apps(await renewal.open(), stages, renewal.catch_up)

    apps = await _until_up(assemble, settings, stop, stages)
    if apps is None:
        return _code(asked, addresses)
    tune_memory()
    # before the apps: their lanes ask it for the newest version
    renewing = renewal.start([app for app, _ in apps])
    try:
        await asyncio.gather(*(app.start() for app, _ in apps))
        logger.info("worker runs %s", ", ".join(stages))
        failed = await _until_stopped([app for app, _ in apps], stop, settings, renewing)
        return failed or _code(asked, addresses)
    finally:
        watch.cancel()
        elsewhere.cancel()
        await renewal.close()
        await _stop([app for app, _ in apps], [store for _, store in apps if store is not None])


def _serve_metrics(port: int | None, restarts: Mapping[str, int]) -> None:
    for cause, times in restarts.items():
        metrics.RESTARTS.labels(cause).inc(times)
    if port is not None:
        serve_metrics(port)


def _code(asked: Sequence[int], addresses: AddressWatch) -> int:
    """The exit code of one that was asked to stop by these signals, or by none when its supervisor is gone."""
    if not asked and addresses.moved:
        return MOVED
    return INTERRUPTED if asked[:1] == [signal.SIGINT] else 0


def worker_process(work: Coroutine[Any, Any, int]) -> NoReturn:
    """Run a worker as the work of this process, and end the process with its exit code.

    The process ends without waiting for tasks and threads of libraries that do not end by
    themselves when Kafka is away. Nothing is lost by it: what was not committed is done again.
    """
    with asyncio.Runner() as runner:
        code = runner.run(work)
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)


async def _stop(apps: Sequence[StageApp], stores: Sequence[Store]) -> None:
    """Stop in a bounded time: with Kafka away a library may wait for it for ever."""
    _, pending = await asyncio.wait([asyncio.create_task(app.stop()) for app in apps], timeout=_STOP_SECONDS)
    if pending:
        logger.warning(
            "%d of %d stages did not stop in %.0f s; left to the end of the process",
            len(pending),
            len(apps),
            _STOP_SECONDS,
        )
    for store in stores:
        await store.close()


async def _watch(supervisor: int | None, stop: asyncio.Event) -> None:
    while supervisor is not None and not stop.is_set():
        if os.getppid() != supervisor:
            logger.warning("the supervisor is gone; stopping")
            stop.set()
        await asyncio.sleep(_WATCH_SECONDS)


async def _until_up(
    call: Callable[[], Awaitable[_T]], settings: EngineSettings, stop: asyncio.Event, stages: Sequence[str]
) -> _T | None:
    """Repeat until the dependencies answer; None when asked to stop first.

    Says once what it waits for, and once that it is there.
    """
    pause, awaited = settings.pause_seconds, ""
    while not stop.is_set():
        try:
            up = await _unless_stopped(call(), stop)
        except DependencyDownError as error:
            if error.dependency != awaited:
                _over(awaited, stages)
                awaited = error.dependency
                logger.warning("wait for %s: %s", awaited, error)
                for stage in stages:
                    metrics.WAITING.labels(stage, awaited).set(1)
            try:
                async with asyncio.timeout(pause):
                    await stop.wait()
            except TimeoutError:
                pause = min(pause * 2, settings.pause_max_seconds)
        else:
            _over(awaited, stages)
            return up
    return None


async def _unless_stopped(work: Awaitable[_T], stop: asyncio.Event) -> _T | None:
    """Await work; None when asked to stop first: a question to a server that keeps silent may take half a minute.

    What it has begun in threads is left to the end of the process.
    """
    task, asked = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if task.done():
        return task.result()
    task.cancel()
    return None


def _over(awaited: str, stages: Sequence[str]) -> None:
    if awaited:
        logger.info("%s is back", awaited)
        for stage in stages:
            metrics.WAITING.labels(stage, awaited).set(0)


async def _until_stopped(
    apps: Sequence[StageApp], stop: asyncio.Event, settings: EngineSettings, renewing: asyncio.Task[None]
) -> int:
    stall = asyncio.create_task(stalled(apps, settings.bootstrap_servers, settings.stall_seconds))
    guard = LoopGuard(settings.stall_seconds)
    waiters: list[asyncio.Task[Any]] = [
        asyncio.create_task(stop.wait()),
        stall,
        renewing,
        asyncio.create_task(guard.turn()),
    ]
    waiters += [asyncio.create_task(app.wait_until_stopped()) for app in apps]
    guard.start()
    try:
        await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
    if stop.is_set():
        return 0
    if stall.done() and not stall.cancelled():
        stall.result()
        return STALLED
    if renewing.done() and not renewing.cancelled():
        renewing.result()
    for app in apps:
        if app.crashed:
            logger.error("%s failed: %r", app.conf.id, app.crash_reason)
    return FAILED
