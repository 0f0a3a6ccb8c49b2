"""What a connector published, as a read-committed consumer sees it; and a run of it that is killed."""

from __future__ import annotations

import io
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import fastavro
from kafka import KafkaConsumer, TopicPartition

from creditbus.avro_schemas import prefix_schema
from creditbus.services.domain.event import partition_of
from creditbus.topics.connection import HOME_VARIABLE, Connection

__all__ = ["headers_of", "killed_runs", "look_from_now", "rows_of"]

_LOG = logging.getLogger(__name__)
_MOST_SENT = 2000
_LONGEST_S = 0.3
_since_ms = 0


def look_from_now() -> None:
    """Leave out what was published until now: a topic holds the rows of all tests before this one."""
    global _since_ms  # noqa: PLW0603 -- of the test that runs
    _since_ms = time.time_ns() // 1_000_000


def headers_of(connection: Connection, topic: str, file: str) -> list[dict[str, Any]]:
    """Return the headers of the events of one file, table or address; each is in the partition of its key."""
    consumer = KafkaConsumer(
        bootstrap_servers=connection.bootstrap_servers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,  # else a partition that is through holds up the others at its broker
    )
    places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    for place, begin in consumer.offsets_for_times(dict.fromkeys(places, _since_ms)).items():
        consumer.seek(place, ends[place] if begin is None else begin.offset)
    found = []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                event: Any = fastavro.schemaless_reader(io.BytesIO(record.value[5:]), prefix_schema(), None)
                if event["header"]["origin"]["file"] == file:
                    assert record.partition == partition_of(record.key, len(places))
                    found.append(event["header"])
    consumer.close()
    return found


def rows_of(connection: Connection, topic: str, file: str) -> Counter[int]:
    """Count how often each row is there."""
    return Counter(header["origin"]["row"] for header in headers_of(connection, topic, file))


def killed_runs(bus: Connection, configuration: Path, times: int, seed: int) -> None:
    """Run a connector again and again, each run killed somewhere in its first chunk or just after it.

    Args:
        bus: Where to.
        configuration: File of a connector whose source has a chunk of rows for every time, and one more.
        times: How often.
        seed: Draws the moments, which are logged.
    """
    addresses = {f"CREDITBUS_{key.upper()}": value for key, value in bus.endpoints().items()}
    environment = os.environ | addresses | {HOME_VARIABLE: str(bus.home)}  # and the memory of the one who kills
    chance = random.Random(seed)
    for _ in range(times):
        sent, seconds = chance.randint(1, _MOST_SENT), chance.uniform(0, _LONGEST_S)
        _LOG.info("to be killed %.3f s behind message %d", seconds, sent)
        command = [sys.executable, "-m", "tests.harness.dying", str(configuration), str(sent), str(seconds)]
        assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
