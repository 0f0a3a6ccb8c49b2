"""One record as one grant discloses it now: what the newest record of its key in the feed shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from creditbus.services.domain.event import Act, RecordState
from creditbus.services.domain.feed.denial import Denial, denial
from creditbus.services.domain.feed.disclosure import RETRACTED, Projection
from creditbus.services.domain.feed.grants import NO_CONSENTS, Consents, discloses

__all__ = ["Disclosed", "Facing", "disclose", "why_hidden"]


class Facing(NamedTuple):
    """What of a record's subject and of the moment a grant looks at; consents are those that count for the record."""

    subject_kind: str
    district: str
    on: date
    consents: Consents = NO_CONSENTS


class Disclosed(NamedTuple):
    """The parts of act and content that are shown and filled, by name; some masked."""

    act: dict[str, str]
    content: dict[str, str]

    def __repr__(self) -> str:
        """Say nothing of what is shown."""
        return f"<Disclosed {len(self.content)} fields>"


def disclose(
    projection: Projection, facing: Facing, state: RecordState, act: Act, content: Mapping[str, str | None]
) -> Disclosed | Denial:
    """Return what a grant discloses of a record, or why it discloses nothing.

    Args:
        projection: of the record's item under the grant.
        facing: subject and day.
        state: of the record.
        act: that of the event by which the record was last emitted.
        content: the content of that event.

    """
    why = why_hidden(projection, facing, state, content)
    if why is not None:
        return why
    acts: Mapping[str, Any] = act
    values = ((field, content[field.code]) for field in projection.fields)
    shown = {field.code: projection.shown(field, value) for field, value in values if value is not None}
    return Disclosed(
        {name: value for name in projection.act if (value := acts[name]) is not None},
        {code: value for code, value in shown.items() if value is not None},
    )


def why_hidden(
    projection: Projection, facing: Facing, state: RecordState, content: Mapping[str, str | None]
) -> Denial | None:
    """Return why a grant discloses nothing of a record; None: it discloses it. Arguments as of `disclose`.

    Of the content only the value is looked at for which the record may be withheld as a whole (`projection.gate`).
    """
    grant, gate = projection.grant, projection.gate
    why = denial(
        grant,
        item=projection.item.id,
        subject_kind=facing.subject_kind,
        district=facing.district,
        on=facing.on,
        consents=facing.consents,
    )
    if why is not None:
        return why
    if state in RETRACTED:
        return Denial.RETRACTED
    return None if gate is None or discloses(grant, gate, content[gate.code]) else Denial.VALUE
