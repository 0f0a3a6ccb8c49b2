"""What the brokers know, asked from outside, and what can be done to them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from creditbus.deploy.bus import apply_bus
from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from tests.harness.offsets import latest_offsets
from tests.harness.waiting import until
from tests.harness.wire import Place

__all__ = ["delete_group", "delete_records", "ends", "frozen", "open_transactions", "recreate"]


@contextmanager
def frozen(cluster: Cluster, name: str) -> Iterator[None]:
    """Keep a server from running, as a machine that hangs does, for as long as the block lasts."""
    (pid,) = (server.pid for server in cluster.status() if server.name == name)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def ends(bus: Connection, prefix: str, isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED) -> dict[Place, int]:
    """End of each partition of the topics whose name starts so; of what is committed, or of everything."""
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})

    def found() -> dict[tuple[str, int], int] | None:
        # a topic that was made a moment ago may not be listed yet, or have no leaders
        places = [
            (name, number)
            for name, topic in admin.list_topics(timeout=30).topics.items()
            if name.startswith(prefix)
            for number in topic.partitions
        ]
        return latest_offsets(admin, places, isolation)

    offsets = until(found, f"{prefix} has leaders") or {}
    return {Place(*place): offset for place, offset in offsets.items()}


def open_transactions(bus: Connection, prefix: str) -> bool:
    """Whether a reader of committed records has to wait for the end of a transaction there."""
    return ends(bus, prefix, IsolationLevel.READ_COMMITTED) != ends(bus, prefix)


def delete_group(bus: Connection, group: str) -> None:
    """Delete a group and what it read, as soon as its members are gone."""
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})

    def deleted() -> bool:
        try:
            admin.delete_consumer_groups([group])[group].result()
        except KafkaException:
            return False
        return True

    until(deleted, f"{group} has no members and is deleted")


def delete_records(bus: Connection, before: dict[Place, int]) -> None:
    """Delete the records before these offsets, as retention does."""
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    for deleted in admin.delete_records([TopicPartition(*place, end) for place, end in before.items()]).values():
        deleted.result()


def recreate(bus: Connection, topic: str) -> None:
    """Delete a topic and create it again, empty."""
    admin = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    admin.delete_topics([topic], operation_timeout=30)[topic].result()
    until(lambda: topic not in admin.list_topics(timeout=30).topics, f"{topic} is gone")
    apply_bus(bus)
