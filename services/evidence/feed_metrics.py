"""How feeds stand, for Prometheus. The labels are bounded: subscribers, and the groups that their readers have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from creditbus.services.domain.evidence.feed_standing import FeedStanding

__all__ = ["FEED_LAG", "FEED_PROBLEMS", "FEED_UNSIGNED", "REGISTRY", "set_standings"]

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
    "Reasons to look at a feed, by kind, as `creditbus feed status` names them: manifest-doubted, signed-missing, "
    "expired-unsigned, expired-unread, expires-unread, expires-unsigned. What there is none of has no sample.",
    ["subscriber", "problem"],
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
