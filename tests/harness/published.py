"""What a connector published, as a read-committed consumer sees it; and a run of it that is killed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import fastavro
from kafka import KafkaConsumer, TopicPartition

from creditbus.avro_schemas import prefix_schema
from creditbus.connectors.progress import Progress
from creditbus.connectors.publisher import POSITIONS_TOPIC, read_progress
from creditbus.services.domain.event import partition_of
from creditbus.topics.connection import Connection

__all__ = ["headers_of", "killed_runs", "rows_of"]

_RUN = (
    "import sys\nfrom pathlib import Path\n"
    "from creditbus.connectors.runner import run_connector\n"
    "from creditbus.topics.connection import Connection\n"
    "run_connector(Path(sys.argv[1]), Connection.from_environment())\n"
)


def headers_of(connection: Connection, topic: str, file: str) -> list[dict[str, Any]]:
    """Return the headers of the events of one file, table or address."""
    consumer = KafkaConsumer(
        bootstrap_servers=connection.bootstrap_servers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    consumer.seek_to_beginning(*places)
    found = []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                event: Any = fastavro.schemaless_reader(io.BytesIO(record.value[5:]), prefix_schema(), None)
                if event["header"]["origin"]["file"] == file:
                    found.append(event["header"])
    consumer.close()
    return found


def rows_of(connection: Connection, topic: str, file: str) -> Counter[int]:
    """Count how often each row is there."""
    return Counter(header["origin"]["row"] for header in headers_of(connection, topic, file))


def killed_runs(bus: Connection, configuration: Path, connector: str, times: int) -> int:
    """Run a connector again and again, each run killed a step or so behind a commit of its own.

    Args:
        bus: Where to.
        configuration: File of the connector.
        connector: Its id.
        times: How often.

    Returns:
        How many runs died; the others were faster.
    """
    environment = os.environ | {f"CREDITBUS_{key.upper()}": value for key, value in bus.endpoints().items()}
    kills = 0
    for _ in range(times):
        before = _progress(bus, connector)
        process = subprocess.Popen([sys.executable, "-c", _RUN, str(configuration)], env=environment)
        while process.poll() is None and _progress(bus, connector) == before:
            pass
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    return kills


def _progress(bus: Connection, connector: str) -> Progress | None:
    consumer = KafkaConsumer(bootstrap_servers=bus.bootstrap_servers)
    partitions = len(consumer.partitions_for_topic(POSITIONS_TOPIC))
    consumer.close()
    return read_progress(bus.bootstrap_servers, connector, partition_of(connector.encode(), partitions))
