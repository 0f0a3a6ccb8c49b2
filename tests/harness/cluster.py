"""Servers for a suite of its own, and empty topics on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import AdminClient

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.deploy.embedded.leash import attach
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import UnavailableError
from creditbus.topics.names import OWN_PREFIXES
from tests.harness.waiting import until

__all__ = ["running_cluster", "start_afresh"]


@contextmanager
def running_cluster(
    home: Path, brokers: int | None = None, broker_settings: Mapping[str, str | int] | None = None
) -> Iterator[Cluster]:
    """Servers that end with the block, or with this process however it ends."""
    servers = Cluster(home, brokers=brokers, customary_ports=False, broker_settings=broker_settings)
    leash = attach(servers)
    try:
        with servers:
            yield servers
    finally:
        leash.communicate(timeout=30)


def start_afresh(bus: Connection) -> None:
    """Create every topic of the bus again. No worker may run.

    The offsets of the groups go with the topics. What Redis still holds belongs to topics that are gone; the bus itself
    has to see that.
    """
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    # those of parties too that only another test has declared
    gone = sorted(name for name in admin.list_topics(timeout=30).topics if name.startswith(OWN_PREFIXES))
    if gone:
        for deleted in admin.delete_topics(gone, operation_timeout=30).values():
            deleted.result()
        until(lambda: not admin.list_topics(timeout=30).topics.keys() & set(gone), "the old topics are gone")
    until(lambda: _is_applied(bus), "topics and schemas are there")
    until(
        lambda: declarations().topics.keys() <= admin.list_topics(timeout=30).topics.keys(), "the new topics are listed"
    )


def _is_applied(bus: Connection) -> bool:
    """Apply; on a busy host a registry that has just started needs longer to answer than a command waits."""
    try:
        apply_bus(bus)
    except UnavailableError:
        return False
    return True
