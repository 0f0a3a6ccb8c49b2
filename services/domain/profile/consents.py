"""The consents of a subject: which of its records, to whom and what for, from day to day.

They are a fact of the subject as its district is: each record of an item that records consents brings one, as long as
it is in force, and it counts from its first day to its last (docs/adr/0045-consent.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from creditbus.services.domain.catalogue import ConsentFields
from creditbus.services.domain.city_time import day_number
from creditbus.services.domain.event import Consent

__all__ = [
    "StandingConsent",
    "consent_of",
    "consent_pairs",
    "consents_to",
    "decode_consents",
    "encode_consents",
    "without",
]


class StandingConsent(NamedTuple):
    """One consent whose record is in force.

    Attributes:
        record: key of its record within the subject.
        receiver: unified social credit code of the institution that may be given records.
        purpose: what for, in the words of its grant.
        items: catalogue items; none: whatever the grant has.
        first: the first day on which it counts, in days since 1970-01-01.
        last: the last one.

    """

    record: str
    receiver: str
    purpose: str
    items: tuple[str, ...]
    first: int
    last: int

    def __repr__(self) -> str:
        """Say nothing of what it is about."""
        return f"<StandingConsent from day {self.first} to {self.last}>"


def consent_of(record: str, fields: ConsentFields, content: Mapping[str, str | None]) -> StandingConsent | None:
    """Return the consent that a record in force states; None: a part of it is missing.

    Args:
        record: key of the record within its subject.
        fields: where its item states consents.
        content: the record's content.

    """
    receiver, purpose = content.get(fields.receiver), content.get(fields.purpose)
    first, last = _day(content.get(fields.first)), _day(content.get(fields.last))
    if not receiver or not purpose or first is None or last is None:
        return None
    items = tuple(sorted({one for one in (content.get(fields.items) or "").split(fields.separator) if one}))
    return StandingConsent(record, receiver, purpose, items, first, last)


def consents_to(consents: Sequence[StandingConsent], item: str, day: int) -> list[Consent]:
    """Return those that count for records of an item on a day, each once and in the same order always."""
    return [Consent(receiver=receiver, purpose=purpose) for receiver, purpose in sorted(_counting(consents, item, day))]


def consent_pairs(consents: Sequence[StandingConsent], item: str, on: date) -> frozenset[tuple[str, str]]:
    """Return the same as pairs of receiver and purpose."""
    return frozenset(_counting(consents, item, day_number(on)))


def _counting(consents: Sequence[StandingConsent], item: str, day: int) -> set[tuple[str, str]]:
    return {
        (one.receiver, one.purpose)
        for one in consents
        if one.first <= day <= one.last and (not one.items or item in one.items)
    }


def without(consents: Iterable[StandingConsent], record: str) -> tuple[StandingConsent, ...]:
    """Return consents but for that of one record."""
    return tuple(one for one in consents if one.record != record)


def encode_consents(consents: Sequence[StandingConsent]) -> bytes:
    """Return the bytes that a subject's summary holds; equal consents have equal bytes."""
    return json.dumps(sorted(consents), ensure_ascii=False, separators=(",", ":")).encode()


def decode_consents(value: bytes) -> tuple[StandingConsent, ...]:
    """Return what `encode_consents` wrote."""
    return tuple(
        StandingConsent(record, receiver, purpose, tuple(items), first, last)
        for record, receiver, purpose, items, first, last in json.loads(value)
    )


def _day(text: str | None) -> int | None:
    try:
        return day_number(date.fromisoformat(text or ""))
    except ValueError:
        return None
