"""How feeds stand, for Prometheus. The labels are bounded: subscribers, and the groups that their readers have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from creditbus.services.domain.evidence.feed_standing import FeedStanding
from creditbus.services.evidence.receipts import ReceiptStanding

__all__ = [
    "FEED_LAG",
    "FEED_PROBLEMS",
    "FEED_UNCONFIRMED",
    "FEED_UNCONFIRMED_AGE",
    "FEED_UNSIGNED",
    "REGISTRY",
    "set_receipts",
    "set_standings",
]

REGISTRY: Final = CollectorRegistry()

FEED_LAG: Final = Gauge(
    "creditbus_feed_lag_records",
    "Records of a feed that a consumer group has not read.",
    ["subscriber", "group"],
    registry=REGISTRY,
)
FEED_UNSIGNED: Final = Gauge(
    "creditbus_feed_unsigned_records",
    "Records of a feed that are kept and in no manifest.",
    ["subscriber"],
    registry=REGISTRY,
)
FEED_PROBLEMS: Final = Gauge(
    "creditbus_feed_problems",
    "Reasons to look at a feed, by kind, as `creditbus feed status` names them: manifest-doubted, manifest-ahead, "
    "signed-missing, expired-unsigned, expired-unread, expires-unread, expires-unsigned. What there is none of has no "
    "sample.",
    ["subscriber", "problem"],
    registry=REGISTRY,
)
FEED_UNCONFIRMED: Final = Gauge(
    "creditbus_feed_unconfirmed_retractions",
    "Retractions that a feed holds and its subscriber has not confirmed.",
    ["subscriber"],
    registry=REGISTRY,
)
FEED_UNCONFIRMED_AGE: Final = Gauge(
    "creditbus_feed_unconfirmed_retraction_age_seconds",
    "For how long the oldest of these has stood in the feed; 0 where all are confirmed.",
    ["subscriber"],
    registry=REGISTRY,
)


def set_standings(standings: Sequence[FeedStanding]) -> None:
    """Show these in place of those before."""
    for gauge in (FEED_LAG, FEED_UNSIGNED, FEED_PROBLEMS):
        gauge.clear()
    for one in standings:
        FEED_UNSIGNED.labels(one.subscriber).set(one.unsigned)
        for reader in one.readers:
            FEED_LAG.labels(one.subscriber, reader.group).set(reader.unread)
        for trouble in one.troubles():
            FEED_PROBLEMS.labels(one.subscriber, trouble.problem.value).inc()


def set_receipts(standings: Sequence[ReceiptStanding]) -> None:
    """Show these in place of those before; a subscriber that is not among them has no sample."""
    for gauge in (FEED_UNCONFIRMED, FEED_UNCONFIRMED_AGE):
        gauge.clear()
    for one in standings:
        FEED_UNCONFIRMED.labels(one.subscriber).set(len(one.unconfirmed))
        FEED_UNCONFIRMED_AGE.labels(one.subscriber).set(one.oldest_seconds)
