"""Every metric of the services, by name, in one place.

Labels are bounded: stage, topic, department, item, reason, subscriber; never a subject.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

__all__ = [
    "BATCHES",
    "BATCH_RECORDS",
    "BATCH_SECONDS",
    "DECLARATIONS",
    "ENDED",
    "ENDINGS_DUE",
    "ENDING_LATENESS_SECONDS",
    "EVENT_AGE_SECONDS",
    "EXPIRED_UNREAD",
    "LANES_READY",
    "LANE_ACQUIRED",
    "LANE_ACQUIRE_SECONDS",
    "LANE_LAG",
    "LANE_LOST",
    "OUTCOMES",
    "POISON",
    "RECORDS_IN",
    "RECORDS_OUT",
    "RECREATED",
    "RESTARTS",
    "RESTORED_RECORDS",
    "STALLS",
    "WAITING",
]

_LATENCY: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

RECORDS_IN: Final = Counter("creditbus_stage_records", "Records that a stage committed as read.", ["stage"])
RECORDS_OUT: Final = Counter("creditbus_stage_output_records", "Records that a stage committed as written.", ["stage"])
BATCHES: Final = Counter("creditbus_stage_batches", "Transactions committed.", ["stage"])
BATCH_RECORDS: Final = Histogram(
    "creditbus_stage_batch_records",
    "Records in one transaction.",
    ["stage"],
    buckets=(1, 2, 5, 10, 50, 100, 500, 1000, 2000, 4000, 8000),
)
BATCH_SECONDS: Final = Histogram(
    "creditbus_stage_batch_seconds",
    "Seconds that one batch took in one phase: read (waiting for the store), step, pack (records), "
    "turn (the transaction before), commit (Kafka), write (store).",
    ["stage", "phase"],
    buckets=_LATENCY,
)
EVENT_AGE_SECONDS: Final = Histogram(
    "creditbus_stage_event_age_seconds",
    "Seconds from the broker's receipt of the oldest record of a batch to its commit.",
    ["stage"],
    buckets=(*_LATENCY, 30, 60, 300, 3600),
)
OUTCOMES: Final = Counter(
    "creditbus_outcomes",
    "Outcomes booked in the ledger (parked and held may be taken back: see the ledger).",
    ["stage", "department", "item", "outcome", "reason"],
)
EXPIRED_UNREAD: Final = Counter(
    "creditbus_expired_unread_offsets",
    "Offsets that retention cut before a stage had read them, booked in the ledger: at most so many records.",
    ["stage", "topic"],
)
RECREATED: Final = Counter(
    "creditbus_topic_recreated_partitions",
    "Partitions of topics that were created again; how much of the ones before was unread nobody can tell. Booked in "
    "the ledger.",
    ["stage", "topic"],
)
ENDED: Final = Counter(
    "creditbus_publications_ended",
    "Publications of records that ended, by why: rule (its longest term), stated (on the day that the record states), "
    "repaired (the minimum period of a repaired record).",
    ["item", "reason"],
)
ENDING_LATENESS_SECONDS: Final = Histogram(
    "creditbus_publication_end_lateness_seconds",
    "Seconds from the midnight at which a publication was due to end to the commit of its end, of those that no event "
    "and no other rule ended. The end itself bears the time of its midnight.",
    ["item"],
    buckets=(1, 5, 15, 60, 300, 900, 3600, 21600, 86400, 604800),
)
ENDINGS_DUE: Final = Gauge(
    "creditbus_publication_ends_due_timestamp_seconds",
    "The first midnight, as Unix time, at which publications of a lane were or will be due to end and have not all "
    "ended. time() less this is how late the oldest may be; below zero nothing waits. A lane of another worker has no "
    "sample.",
    ["lane"],
)
POISON: Final = Counter(
    "creditbus_foreign_records", "Records behind intake that are not events; passed over.", ["stage"]
)
LANES_READY: Final = Gauge("creditbus_lanes_ready", "Lanes that accept records.", ["stage"])
LANE_ACQUIRED: Final = Counter("creditbus_lane_acquisitions", "Times that a lane was fenced and restored.", ["stage"])
LANE_ACQUIRE_SECONDS: Final = Histogram(
    "creditbus_lane_acquire_seconds",
    "Seconds to fence a lane, read its position and restore its state.",
    ["stage"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
LANE_LOST: Final = Counter(
    "creditbus_lane_losses", "Batches given up, by the error that ended them.", ["stage", "reason"]
)
LANE_LAG: Final = Gauge(
    "creditbus_lane_lag_records",
    "Records of a lane that can be read and are not committed as read, asked of Kafka every two seconds, whether the "
    "lane works or waits. While Kafka does not answer the last value stays; a lane of another worker has no sample.",
    ["stage", "lane"],
)
RESTORED_RECORDS: Final = Counter(
    "creditbus_restored_records", "Changelog records applied to a store at acquisition.", ["stage"]
)
STALLS: Final = Counter(
    "creditbus_stage_stalls", "Times that a stage stood still without a known reason and ended its worker.", ["stage"]
)
DECLARATIONS: Final = Gauge(
    "creditbus_declarations_version",
    "The version of the city's declarations by which this worker's stages work.",
)
RESTARTS: Final = Counter(
    "creditbus_worker_restarts",
    "Times that the supervisor has started this worker again, by how it ended: stalled, failed, killed, moved.",
    ["cause"],
)
WAITING: Final = Gauge(
    "creditbus_stage_waiting",
    "Lanes of a stage that wait for a dependency (kafka, redis, registry); a worker that waits at its start "
    "counts as one.",
    ["stage", "dependency"],
)
