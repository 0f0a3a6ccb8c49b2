"""Where logs end: one question for all partitions.

A question for each partition waits for twenty milliseconds, until the fetch before it is answered: seconds for a bus.
"""

from collections.abc import Iterable

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

__all__ = ["latest_offsets"]


def latest_offsets(
    admin: AdminClient, places: Iterable[tuple[str, int]], isolation: IsolationLevel
) -> dict[tuple[str, int], int] | None:
    """Return the end of each partition, of what is committed or of everything; None while a partition has no leader."""
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # librdkafka's client has no types here
    wanted = {TopicPartition(*place): latest for place in places}
    if not wanted:
        return {}
    asked = admin.list_offsets(wanted, isolation_level=isolation)
    try:
        return {(place.topic, place.partition): int(found.result().offset) for place, found in asked.items()}
    except KafkaException:
        return None
