"""A refused row as the bus sent it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from creditbus.avro_schemas import event_schema, unreadable_schema
from creditbus.connectors.common.characters import decoded
from creditbus.connectors.returned import messages
from creditbus.services.domain.framed_avro import parsed, read_record
from creditbus.services.domain.statements import Place
from creditbus.topics.errors import UserError

__all__ = ["Fault", "Rejection", "UnreadableEventError", "original_detail", "original_event", "original_text"]


class UnreadableEventError(UserError):
    """The event that came back cannot be read: it was not published by a connector."""


class Fault(NamedTuple):
    """One reason of a refusal."""

    reason: str
    field: str
    """Field code; empty where the row as a whole is meant."""
    proposed: str | None

    def __repr__(self) -> str:
        return f"Fault({self.reason}, {self.field!r})"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused row. ``repr`` shows its place alone."""

    place: Place
    item: str
    faults: tuple[Fault, ...]
    rejected_at: int
    """When the bus received it first; milliseconds since 1970 UTC."""
    original: bytes = field(repr=False)
    """The event as it was published; empty for a natural person's, of which nothing was kept."""


def original_event(rejection: Rejection) -> Mapping[str, Any] | None:
    """Return the event that was refused; None for a row that could not be read.

    Raises:
        UnreadableEventError: it is neither.
    """
    if rejection.faults and rejection.faults[0].reason.startswith("FORMAT_") and _unreadable(rejection) is not None:
        return None
    try:
        return _decode(rejection.original, event_schema(rejection.item))
    except Exception as error:
        place = f"{rejection.place.file} {rejection.place.row}"
        raise UnreadableEventError(place, messages.OTHER_VERSION()) from error


def original_text(rejection: Rejection) -> str:
    """Return the text of a row that could not be read."""
    found = _unreadable(rejection)
    raw: bytes = b"" if found is None else found["unreadable"]["original"]
    return decoded(raw) or raw.decode("utf-8", "replace")


def original_detail(rejection: Rejection) -> str:
    """Return in the words of its reader why a row could not be read."""
    found = _unreadable(rejection)
    return "" if found is None else str(found["unreadable"]["detail"])


def _unreadable(rejection: Rejection) -> Mapping[str, Any] | None:
    try:
        found = _decode(rejection.original, unreadable_schema())
    except Exception:  # noqa: BLE001 -- other bytes than these may raise anything
        return None
    return found if found["unreadable"]["reason"].startswith("FORMAT_") else None


def _decode(value: bytes, schema: Any) -> dict[str, Any]:
    return read_record(value, parsed(schema), to_the_end=True)
