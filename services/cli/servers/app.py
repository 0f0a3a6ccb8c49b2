"""`creditbus up`, `down`, `status`: the servers of one machine."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.style import Style

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json, progress
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import common
from creditbus.services.cli.messages import servers as messages
from creditbus.services.cli.servers.options import wanted
from creditbus.services.cli.servers.signer import HourlySigner
from creditbus.services.cli.servers.stages import show_stages
from creditbus.services.cli.words import word
from creditbus.topics.connection import Connection, MissingAddressError, home_directory
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import HIGHEST_PORT, LOWEST_PORT

if TYPE_CHECKING:
    from creditbus.deploy.embedded import Cluster, Wanted
    from creditbus.services.cli.servers.answers import Answer
    from creditbus.services.query.stages import StageStatus

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json")]


class MissingPackageError(ConfigurationError):
    """What runs local servers is an extra, and was not installed."""


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    *,
    brokers: Annotated[int | None, typer.Option(min=1, max=9)] = None,
    port: Annotated[list[str] | None, typer.Option()] = None,
    port_base: Annotated[int | None, typer.Option(min=LOWEST_PORT, max=HIGHEST_PORT)] = None,
    listen: Annotated[str | None, typer.Option()] = None,
    advertise: Annotated[str | None, typer.Option()] = None,
    foreground: Annotated[bool, typer.Option("--foreground")] = False,
    manifests: Annotated[bool, typer.Option("--manifests/--no-manifests")] = True,
    json: Json = False,
) -> None:
    """Start Kafka, the schema registry and Redis on this machine; a later start takes the same ports again.

    Where the machine has a key, a process next to them signs the feeds every hour.
    """
    from creditbus.topics.city import city_settings, current_city

    ports = city_settings(current_city()).ports
    cluster = _cluster(brokers, lambda: wanted(port or (), port_base, listen, advertise, ports))
    cluster.start()
    signer = HourlySigner(cluster.home)
    signs = manifests and signer.start()
    if json:
        print_json(cluster.endpoints())
    else:
        for name, address in cluster.endpoints().items():
            OUTPUT.print(f"{name:18} {address}", soft_wrap=True)
        if signs:
            OUTPUT.print(f"{spoken(messages.MANIFESTS):18} {spoken(messages.EVERY_HOUR)}", soft_wrap=True)
        OUTPUT.print(f"{spoken(messages.LOGS):18} {cluster.home / 'logs'}", soft_wrap=True)
    _warn_of_open_servers(cluster)
    if foreground:
        from creditbus.deploy.embedded.watch import watch

        try:
            asked = watch(cluster, progress)
        finally:
            signer.stop()
        if asked == signal.SIGINT:
            raise typer.Abort


def down() -> None:
    """Stop the servers that `creditbus up` started; their data stays."""
    cluster = _cluster()
    HourlySigner(cluster.home).stop()
    cluster.stop()
    OUTPUT.print(spoken(messages.STOPPED))


def status(json: Json = False) -> None:
    """Show the local servers, whether each address answers, and for each stage its workers, lanes and lag.

    Exit code 1 when a server does not answer, a stage has no worker or lanes that nobody reads, or records have waited
    for more than a minute.
    """
    servers = _local_servers()
    connection = _connection()
    answers = () if connection is None else _ask(connection)
    stages = _stages(connection, answers)
    if json:
        print_json(_facts(servers, connection, answers, stages))
    else:
        _show(servers, connection, answers)
        show_stages(stages)
    ill = any(server["state"] != "healthy" for server in servers) or any(answer.problem for answer in answers)
    if ill or connection is None or any(stage.problem for stage in stages):
        raise typer.Exit(1)


def _warn_of_open_servers(cluster: Cluster) -> None:
    if cluster.listening.is_open:
        warning = spoken(messages.OPEN_TO_ALL, address=cluster.listening.address)
        ERRORS.print(warning, style=Style(color="red", bold=True), markup=False)


def _local_servers() -> Sequence[Mapping[str, Any]]:
    """What `creditbus up` started in this home; empty when none of it runs."""
    try:
        cluster = _cluster()
    except MissingPackageError:
        # A machine of workers or of a department: it has no servers, and needs nothing that runs some.
        return []
    servers = [asdict(server) | {"log": str(server.log)} for server in cluster.status()]
    if all(server["state"] == "stopped" for server in servers):
        return []
    signer = HourlySigner(cluster.home)
    pid = signer.pid
    signing = {"name": "manifests", "state": "healthy", "pid": pid, "address": "", "log": str(signer.log)}
    return servers if pid is None else [*servers, signing]


def _connection() -> Connection | None:
    try:
        # A department or a subscriber has no business with Redis, and no address of it.
        return Connection.from_environment(store=False)
    except MissingAddressError:
        return None


def _ask(connection: Connection) -> Sequence[Answer]:
    from creditbus.services.cli.servers.answers import ask

    return ask(connection)


def _stages(connection: Connection | None, answers: Sequence[Answer]) -> Sequence[StageStatus]:
    """The stages of a Kafka that has just answered; none of one that does not, or that has no topics yet."""
    if connection is None or not any(answer.topics for answer in answers):
        return ()
    from creditbus.services.query.stages import read_stages

    return read_stages(connection)


def _facts(
    servers: Sequence[Mapping[str, Any]],
    connection: Connection | None,
    answers: Sequence[Answer],
    stages: Sequence[StageStatus],
) -> Mapping[str, Any]:
    if connection is None:
        return {"servers": servers, "endpoints": None, "answers": None, "topics": None, "stages": []}
    return {
        "servers": servers,
        "endpoints": connection.endpoints(),
        "answers": {answer.name: not answer.problem for answer in answers},
        "topics": next((answer.topics for answer in answers if answer.topics is not None), None),
        "stages": [stage.as_json() for stage in stages],
    }


def _show(servers: Sequence[Mapping[str, Any]], connection: Connection | None, answers: Sequence[Answer]) -> None:
    for server in servers:
        pid, state = server["pid"] or "-", word(server["state"])
        OUTPUT.print(f"{server['name']:10} {state:10} {pid!s:>8}  {server['address']}", soft_wrap=True)
    if not servers:
        OUTPUT.print(spoken(messages.NO_SERVERS, home=home_directory()), soft_wrap=True)
    if connection is None:
        OUTPUT.print(spoken(messages.NO_ADDRESSES))
        return
    for answer in answers:
        topics = "" if answer.topics is None else spoken(messages.TOPICS, count=answer.topics)
        found = spoken(answer.problem or messages.ANSWERS)
        OUTPUT.print(f"{spoken(answer.server)} {found}{topics}", soft_wrap=True, markup=False)
    if not connection.redis_url:
        OUTPUT.print(spoken(messages.NO_REDIS))


def _cluster(brokers: int | None = None, want: Callable[[], Wanted] | None = None) -> Cluster:
    try:
        from creditbus.deploy.embedded import Cluster, Wanted
    except ModuleNotFoundError as error:
        fix = common.INSTALL_PACKAGE()
        raise MissingPackageError(error.name or "", common.PACKAGE_MISSING(), fix) from error
    return Cluster(home_directory(), brokers=brokers, wanted=Wanted() if want is None else want(), progress=progress)
