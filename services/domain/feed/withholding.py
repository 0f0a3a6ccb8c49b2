"""Why a feed shows a record no more that it may hold, and whether one is withheld for the class of one of its values.

A change carries the record's content after it and none before it. So what a subscriber holds is known where the record
has had one content alone, or was on show nowhere; elsewhere the subscriber may hold an earlier version, and gets a
retraction. What that leaves open is in docs/adr/0031-class-by-value.md.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b
from typing import Final

from creditbus.services.domain.event import ID_BYTES, Applied, Change
from creditbus.services.domain.feed.disclosure import RETRACTED, Projection
from creditbus.services.domain.feed.grants import discloses

__all__ = ["WITHHELD", "Sight", "WithheldFor", "sight", "withheld_id"]

#: What a feed says in place of the record's state where the record is withheld from now on; no state of the record.
WITHHELD: Final = "WITHHELD"


class WithheldFor(StrEnum):
    """Why a feed shows a record no more."""

    VALUE = "VALUE"
    """The class of one of its values is not the grant's."""
    DISTRICT = "DISTRICT"
    """The registered district of its subject is not one of the grant's, or not any more."""
    CONSENT = "CONSENT"
    """The consent of its subject, without which the grant has no record, is revoked or has run out."""
    GRANT = "GRANT"
    """The grant has the record no more: it is over, or was narrowed."""


class Sight(StrEnum):
    """What a subscriber sees of a change that its grant covers."""

    SHOWN = "shown"
    """The change, with the fields that the grant admits."""
    WITHHELD = "withheld"
    """Who and which, without act and content: an earlier version may have been shown, and this one may not be."""
    NOTHING = "nothing"


def sight(projection: Projection, value: str | None, applied: Applied) -> Sight:
    """Tell what a subscriber sees of a change.

    Args:
        projection: of the changes of the record's item.
        value: that of `projection.gate` in the change's content.
        applied: what profiles decided.

    """
    gate = projection.gate
    if gate is None or discloses(projection.grant, gate, value):
        return Sight.SHOWN
    if not gate.widest.within(projection.grant.disclosure) or not _may_hold_another(applied):
        return Sight.NOTHING
    return Sight.WITHHELD


def _may_hold_another(applied: Applied) -> bool:
    """Tell whether a version of other content may be on show that this change takes away."""
    if applied["revision"] == 1 or applied["previous_state"] in RETRACTED or applied["change"] == Change.RESTATED:
        return False
    # an act leaves the content as it was, but the row that states it may say another one than corrections made of it
    return applied["change"] != Change.TRANSITION or applied["state"] in RETRACTED


def withheld_id(subject: bytes, version: int) -> bytes:
    """Return the event id that is shown of a change whose value is withheld, BLAKE2b-128.

    The event's own id is made from its content, and a value out of five is found by trying them.

    Args:
        subject: code of the subject.
        version: of its profile after the change.

    """
    return blake2b(b"withheld\0%b\0%d" % (subject, version), digest_size=ID_BYTES).digest()
