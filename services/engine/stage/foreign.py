"""Records after intake that are not events: nobody but intake may write there, so they are foreign.

They are passed over, said in the log with their place and counted; the stage goes on.
"""

from __future__ import annotations

import logging

from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Record

__all__ = ["skip_foreign"]

logger = logging.getLogger(__name__)


def skip_foreign(record: Record, stage: str, error: Exception) -> None:
    """Say and count one foreign record."""
    metrics.POISON.labels(stage).inc()
    logger.error(
        "%s: %s/%d at %d is not an event of the bus (%s %s); passed over",
        stage,
        record.topic,
        record.partition,
        record.offset,
        type(error).__name__,
        error,
    )
