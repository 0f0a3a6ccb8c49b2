"""The event that withdraws a record: the one that was published, with an act of its own date and reason."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.publish.encoder import Encoder, ProducerRecord
from creditbus.services.domain.event import NO_HASH, RecordState, Verb

__all__ = ["withdrawal"]

_REASON = "来源数据中已无此记录"


def withdrawal(encoder: Encoder, event: Mapping[str, Any], run: str, today: date, place: int | None) -> ProducerRecord:
    """Make the withdrawal of what an event stated.

    It has no source time, for the source says nothing any more: the order of publication counts.

    Args:
        encoder: of the event's item.
        event: as it was published; its origin stays, so that the row is found, under another run.
        run: that publishes the withdrawal.
        today: when it was decided.
        place: in the order of the readings; None where the source tells news.
    """
    header = event["header"] | {
        "verb": Verb.WITHDRAW,
        "state": RecordState.WITHDRAWN,
        "event_id": NO_HASH,
        "content_hash": NO_HASH,
        "source_time": None,
        "received_at": 0,
        "reading": place,
        "lifts": False,
        "origin": event["header"]["origin"] | {"run": run},
        "warnings": [],
    }
    # date and reason of the decision are not those of its withdrawal
    act = dict.fromkeys(event["act"]) | {"decided_on": today.isoformat(), "reason": _REASON}
    return encoder.event(Mapped({**event, "header": header, "act": act}, withheld=False))
