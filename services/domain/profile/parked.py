"""What waits for a registration or a code, by record: so that a row that is sent again does not wait twice."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import ID_BYTES
from creditbus.services.domain.tokens import is_token

__all__ = ["is_parked", "parked_already", "with_parked"]


def is_parked(item: Item, subject: str, *, registered: bool) -> bool:
    """Tell whether an event of an item waits until its subject is registered.

    The registration itself does not; nor does what concerns a natural person, for no registration ever comes of one.

    Args:
        item: the catalogue item of the event.
        subject: the unified social credit code that it is about, or a natural person's token.
        registered: the subject has its registration already.

    """
    return not registered and item.registers is None and item.unregistered == "park" and not is_token(subject)


def parked_already(known: bytes | None, said: bytes, reading: int | None) -> bool:
    """Tell whether an event waits already.

    One that a later reading gave is another word, unless the last one of its record that waits says the same.

    Args:
        known: what `with_parked` made of those that wait; None: none does.
        said: the id of what the event says (`said_id`).
        reading: its place in the order of its department's readings.

    """
    if known is None:
        return False
    if reading is not None:
        return known[-ID_BYTES:] == said
    return any(known[start : start + ID_BYTES] == said for start in range(0, len(known), ID_BYTES))


def with_parked(known: bytes | None, said: bytes) -> bytes:
    """Return what waits of a record, with one event more."""
    return (known or b"") + said
