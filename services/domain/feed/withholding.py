"""Why a feed shows a record no more that it may hold, and whether one is withheld for the class of one of its values.

A change carries the record's content after it, and of the content before it the value for which it may be withheld
(`Facts.gate`). So it is known of each change whether a subscriber was shown the version before. Changes that were
written before they said so are judged by what they say: docs/adr/0031-class-by-value.md.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b
from typing import Final

from creditbus.services.domain.event import ID_BYTES, Applied, Change
from creditbus.services.domain.feed.disclosure import RETRACTED, Projection
from creditbus.services.domain.feed.grants import discloses

__all__ = ["WITHHELD", "Sight", "WithheldFor", "gate_of", "may_be_there", "may_hold", "may_see", "sight", "withheld_id"]

#: What a feed says in place of the record's state where the record is withheld from now on; no state of the record.
WITHHELD: Final = "WITHHELD"

#: Stands between the code of a field and its value; no code has it in it.
_IS: Final = "="

#: Changes after which a record has the content that it had before.
_LEAVING_CONTENT: Final = frozenset({Change.TRANSITION, Change.RESTATED})


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


def gate_of(field: str, value: str) -> str:
    """Return what facts say of the value for which a record may be withheld (`Facts.gate`).

    Args:
        field: code of the one.
        value: of the record's content; empty for null.

    """
    return f"{field}{_IS}{value}"


def sight(projection: Projection, stated: str | None, applied: Applied, before: str = "") -> Sight:
    """Tell what a subscriber sees of a change that its grant covered before it as it does now.

    Args:
        projection: of the changes of the record's item.
        stated: value of `projection.gate` in the change's content.
        applied: what profiles decided.
        before: what is known of the value in the record's content before it (`Facts.gate`); empty: nothing.

    """
    gate = projection.gate
    if gate is None:
        return Sight.SHOWN
    known = _is_known(projection, before)
    if may_see(projection, stated, applied, before):
        # what ends with a value that may be seen may have had another one until then
        never_seen = known and applied["state"] in RETRACTED and not _was_disclosed(projection, before)
        return Sight.NOTHING if never_seen else Sight.SHOWN
    if known:
        held = may_hold(projection, stated, applied, before)
    else:
        held = gate.widest.within(projection.grant.disclosure) and _may_hold_another(applied)
    return Sight.WITHHELD if held else Sight.NOTHING


def may_see(projection: Projection, stated: str | None, applied: Applied, before: str = "") -> bool:
    """Tell whether a subscriber may see the version after a change; arguments as of `sight`."""
    if projection.gate is None:
        return True
    # an act leaves the content as it was, whatever the row says that states it
    if applied["change"] in _LEAVING_CONTENT and _is_known(projection, before):
        return _was_disclosed(projection, before)
    return discloses(projection.grant, projection.gate, stated)


def may_hold(projection: Projection, stated: str | None, applied: Applied, before: str = "") -> bool:
    """Tell whether a subscriber whose grant covered the version before a change may hold it: see `sight`."""
    if not may_be_there(applied):
        return False
    if projection.gate is None:
        return True
    if _is_known(projection, before):
        return _was_disclosed(projection, before)
    return applied["revision"] != 1 or may_see(projection, stated, applied)


def may_be_there(applied: Applied) -> bool:
    """Tell whether a version of the record before a change may be on show, whatever it says."""
    return applied["change"] != Change.NEW and applied["previous_state"] not in RETRACTED


def _is_known(projection: Projection, before: str) -> bool:
    """Tell whether the value is known that stood before in the field by which a projection withholds records."""
    return projection.gate is not None and before.startswith(projection.gate.code + _IS)


def _was_disclosed(projection: Projection, before: str) -> bool:
    """Tell whether a projection that withholds records discloses a known value."""
    assert projection.gate is not None  # noqa: S101 -- for the type checker: the value is known
    return discloses(projection.grant, projection.gate, before[len(projection.gate.code + _IS) :] or None)


def _may_hold_another(applied: Applied) -> bool:
    """Tell whether a version of other content may be on show that a change takes away that does not say it."""
    if applied["revision"] == 1 or applied["previous_state"] in RETRACTED:
        return False
    if applied["change"] in {Change.NEW, Change.RESTATED}:
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
