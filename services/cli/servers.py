"""`creditbus up`, `down`, `status`: the servers of one machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.console import OUTPUT, print_json, progress
from creditbus.topics.connection import Connection, home_directory
from creditbus.topics.errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from creditbus.deploy.embedded import Cluster

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print facts for a machine.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    brokers: Annotated[
        int | None, typer.Option(min=1, max=9, help="Kafka brokers of a new home; 3 keep every record twice or more.")
    ] = None,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay, start again what dies, and stop all servers at Ctrl-C.")
    ] = False,
    json: Json = False,
) -> None:
    """Start Kafka, the schema registry and Redis on this machine."""
    cluster = _cluster(brokers)
    cluster.start()
    if json:
        print_json(cluster.endpoints())
    else:
        for name, address in cluster.endpoints().items():
            OUTPUT.print(f"{name:18} {address}", soft_wrap=True)
        OUTPUT.print(f"{'logs':18} {cluster.home / 'logs'}", soft_wrap=True)
    if foreground:
        from creditbus.deploy.embedded.watch import watch

        watch(cluster, progress)


def down() -> None:
    """Stop the servers that `creditbus up` started; their data stays."""
    cluster = _cluster()
    cluster.stop()
    OUTPUT.print("stopped")


def status(json: Json = False) -> None:
    """Show the servers, their addresses and the number of topics. Exit code 1 when a server is not healthy."""
    facts = _facts()
    if json:
        print_json(facts)
    else:
        _show(facts)
    if any(server["state"] != "healthy" for server in facts["servers"]) or facts["topics"] is None:
        raise typer.Exit(1)


def _facts() -> dict[str, Any]:
    servers = [asdict(server) | {"log": str(server.log)} for server in _cluster().status()]
    if all(server["state"] == "stopped" for server in servers):
        servers = []
    try:
        connection = Connection.from_environment()
    except ConfigurationError:
        return {"servers": servers, "endpoints": None, "topics": None}
    return {"servers": servers, "endpoints": connection.endpoints(), "topics": _topic_count(connection)}


def _topic_count(connection: Connection) -> int | None:
    from creditbus.topics.admin import admin

    try:
        with admin(connection) as kafka:
            return sum(not name.startswith("_") for name in kafka.list_topics())
    except UnavailableError:
        return None


def _show(facts: dict[str, Any]) -> None:
    for server in facts["servers"]:
        pid = server["pid"] or "-"
        OUTPUT.print(f"{server['name']:10} {server['state']:10} {pid!s:>8}  {server['address']}", soft_wrap=True)
    if not facts["servers"]:
        OUTPUT.print(f"no local servers run in {home_directory()}", soft_wrap=True)
    if facts["endpoints"] is None:
        OUTPUT.print("no addresses are set; `creditbus up` starts local servers")
    elif facts["topics"] is None:
        OUTPUT.print(f"Kafka at {facts['endpoints']['bootstrap_servers']} does not answer", soft_wrap=True)
    else:
        OUTPUT.print(f"{facts['topics']} topics")


def _cluster(brokers: int | None = None) -> Cluster:
    try:
        from creditbus.deploy.embedded import Cluster
    except ModuleNotFoundError as error:
        fix = "install it with `pip install 'creditbus[embedded]'`"
        raise ConfigurationError(error.name or "", "is needed to run local servers", fix) from error
    return Cluster(home_directory(), brokers=brokers, progress=progress)
