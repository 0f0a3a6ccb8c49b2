"""The one message that goes to the bus for a row, whatever the row holds.

What no message can hold is refused in place of published: its department hears of it, and the rows after it flow.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from creditbus.connectors.contract import Defect, DefectReason, Row
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.mapping.persons import speaks_of_person
from creditbus.connectors.publish.encoder import Encoder, ProducerRecord
from creditbus.connectors.run import messages
from creditbus.connectors.setup.configuration import Connector

__all__ = ["Outgoing", "half_a_character", "is_whole", "outgoing", "whole"]

_MOST_BYTES = 900_000
"""Brokers take messages up to a megabyte by default; what is longer would stop the connector for good."""
_QUOTED_BYTES = 65_536


class Outgoing(NamedTuple):
    """What is sent for one row."""

    message: ProducerRecord
    mapped: Mapped | None
    """None: it says that the row cannot be read."""

    def __repr__(self) -> str:
        return "Outgoing()"


def outgoing(connector: Connector, encoder: Encoder, row: Row | Defect, run: str) -> Outgoing:
    """Map and encode a row, on behalf of one run of its connector."""
    if isinstance(row, Row):
        mapped = connector.mapper(row, run)
        try:
            message = encoder.event(mapped)
        except UnicodeEncodeError:
            row = half_a_character(row)
        else:
            if len(message.value) <= _MOST_BYTES:
                return Outgoing(message, mapped)
            row = _too_long(row, len(message.value))
    row = _without_persons(connector, row)
    row = row._replace(file=whole(row.file), sheet=whole(row.sheet), detail=whole(row.detail))
    return Outgoing(encoder.unreadable(row, connector.mapper.header(row, run)), None)


def _without_persons(connector: Connector, row: Defect) -> Defect:
    """Leave out how a row stands in its source where it may speak of a person whom its item does not admit."""
    if not row.original or connector.item.admits_persons or not speaks_of_person(row.original):
        return row
    return row._replace(original=b"", detail=messages.MAY_SPEAK_OF_PERSON(detail=row.detail))


def whole(text: str) -> str:
    """Replace the halves of characters in a text by question marks."""
    return text.encode("utf-8", "replace").decode()


def is_whole(event: Mapping[str, Any]) -> bool:
    """Say whether UTF-8, and so Avro, can hold the texts of an event: a lone surrogate is not a character."""
    header, origin = event["header"], event["header"]["origin"]
    values = (
        *header.values(),
        *origin.values(),
        *(text for part in ("claim", "content") for text in event[part].values()),
    )
    texts = (value for value in (*values, *event["act"].values()) if isinstance(value, str))
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def half_a_character(row: Row) -> Defect:
    """Make the refusal of a row that :func:`is_whole` denies. Its quotation writes the half as JSON does."""
    original = json.dumps(dict(row.cells), default=str).encode()[:_QUOTED_BYTES]
    return _defect(row, messages.CELL_WITH_HALF(), original)


def _too_long(row: Row, size: int) -> Defect:
    return _defect(row, messages.EVENT_TOO_LONG(size=size, most=_MOST_BYTES), b"")


def _defect(row: Row, detail: str, original: bytes) -> Defect:
    return Defect(DefectReason.UNPARSABLE, detail, original, row.file, row.sheet, row.row, row.position)
