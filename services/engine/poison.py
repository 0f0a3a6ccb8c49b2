"""Records behind intake that are not events: nobody but intake may write there, so they are foreign.

They are passed over, said in the log with their place and counted; the stage goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from creditbus.services.domain.framing import FrameError
from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec import EventCodec, Opened, UndecodableError

__all__ = ["open_events", "pass_over"]

logger = logging.getLogger(__name__)


def open_events(codec: EventCodec, records: Sequence[Record], stage: str) -> list[tuple[Record, Opened]]:
    """Open the events among the records, and pass over the rest."""
    opened = []
    for record in records:
        try:
            opened.append((record, codec.open(record.value or b"")))
        except (FrameError, UndecodableError) as error:
            pass_over(record, stage, error)
    return opened


def pass_over(record: Record, stage: str, error: Exception) -> None:
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
