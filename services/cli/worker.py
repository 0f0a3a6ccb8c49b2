"""`creditbus worker`: runs the stages."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from creditbus.services.cli.messages import common as messages
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import STAGES

if TYPE_CHECKING:
    from creditbus.services.engine.settings import EngineSettings

__all__ = ["register"]

_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
#: What these say of starting, stopping and coordinators on the move, the lanes say once and better.
_QUIETER = {
    "aiokafka": logging.CRITICAL,
    "creditbus.services.engine.run.app": logging.WARNING,
    "creditbus.services.engine.consume.transport": logging.WARNING,
    "faust": logging.ERROR,
    "kafka": logging.CRITICAL,
    "mode": logging.ERROR,
}


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command()(worker)


def worker(
    ctx: typer.Context,
    *,
    stage: Annotated[list[str] | None, typer.Option()] = None,
    processes: Annotated[int, typer.Option(min=1, max=64)] = 1,
    metrics_port: Annotated[int | None, typer.Option(min=0, max=65535)] = None,
    single: Annotated[bool, typer.Option("--single")] = False,
    instance: Annotated[str, typer.Option()] = "",
    supervisor: Annotated[int | None, typer.Option(hidden=True, help="Stop when this process is gone.")] = None,
    restarted: Annotated[list[str] | None, typer.Option(hidden=True, help="Cause and number of earlier ends.")] = None,
    stall_seconds: Annotated[float, typer.Option(min=5)] = 60.0,
    setting: Annotated[list[str] | None, typer.Option("--set")] = None,
    log_level: Annotated[str, typer.Option()] = "INFO",
) -> None:
    """Run the stages of the bus until Ctrl-C; a process that fails is started again."""
    stages = tuple(stage or STAGES)
    unknown = [name for name in stages if name not in STAGES]
    if unknown:
        raise ConfigurationError(
            "--stage", messages.NOT_A_STAGE(unknown=unknown[0]), messages.STAGES(stages=", ".join(STAGES))
        )
    log_level = log_level.upper()
    if log_level not in _LEVELS:
        raise ConfigurationError(
            "--log-level", messages.NOT_A_LEVEL(), messages.ONE_OF_LEVELS(levels=", ".join(_LEVELS))
        )
    logging.basicConfig(level=log_level, format="%(asctime)s %(levelname)-7s %(name)s %(message)s")
    for name, level in _QUIETER.items():
        logging.getLogger(name).setLevel(level)
    connection = Connection.from_environment()
    settings = _settings(connection, instance, stall_seconds, setting or ())
    if single:
        restarts = dict(_counted(one) for one in restarted or ())
        _run(connection, stages, settings, metrics_port=metrics_port, supervisor=supervisor, restarts=restarts)
    from creditbus.services.worker.supervisor import supervise

    arguments = [f"--stage={name}" for name in stages]
    arguments += [f"--log-level={log_level}", f"--stall-seconds={stall_seconds}"]
    arguments += [f"--set={one}" for one in setting or ()]
    # `main` gives itself along: each process of a slot runs the command from its outermost place
    raise typer.Exit(supervise(ctx.obj, arguments, processes, metrics_port))


def _counted(argument: str) -> tuple[str, int]:
    cause, _, times = argument.partition("=")
    return cause, int(times)


def _settings(connection: Connection, instance: str, stall_seconds: float, changes: Sequence[str]) -> EngineSettings:
    from creditbus.services.engine.settings import EngineSettings, tuned

    settings = EngineSettings(
        bootstrap_servers=connection.bootstrap_servers,
        instance=instance,
        data_directory=str(connection.home / "worker"),
        stall_seconds=stall_seconds,
    )
    return tuned(settings, changes)


def _run(
    connection: Connection,
    stages: tuple[str, ...],
    settings: EngineSettings,
    *,
    metrics_port: int | None,
    supervisor: int | None,
    restarts: Mapping[str, int],
) -> NoReturn:
    from creditbus.services.worker.process import run_worker, worker_process

    Path(settings.data_directory).mkdir(parents=True, exist_ok=True)
    worker_process(
        run_worker(connection, stages, settings, metrics_port=metrics_port, supervisor=supervisor, restarts=restarts)
    )
