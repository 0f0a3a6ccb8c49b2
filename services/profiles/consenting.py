"""Brings the consents of a subject to what their records say, as registrations bring its name and district.

A subject's summary has the consents whose records are in force, with their days; which of them count for a record is
looked at whenever it is emitted. So no record is emitted under a consent of yesterday, and what a day changes is
restated when the lane finds the subject by what is filed as due (docs/adr/0045-consent.md).
"""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue, ConsentFields
from creditbus.services.domain.event import Consent, RecordState, record_key
from creditbus.services.domain.profile.consents import consent_of, consents_to, without
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.codec.fast import NO_CONSENTS, write_consents
from creditbus.services.profiles.due import Due

__all__ = ["Consenting", "consent_fields", "consents_now", "written_consents_now"]


def consent_fields(catalogue: Catalogue) -> dict[str, ConsentFields]:
    """Return the items whose records are consents, by their ids, and the fields that say so."""
    return {item.id: item.consents for item in catalogue if item.consents is not None}


def consents_now(subject: Subject, item: bytes, today: int) -> list[Consent]:
    """Return the subject's consents that count for records of an item today; the item as it stands in a header."""
    return consents_to(subject.consents, item.decode(), today) if subject.consents else []


def written_consents_now(subject: Subject, item: bytes, today: int) -> bytes:
    """Return the same as they stand in a change."""
    return write_consents(consents_now(subject, item, today)) if subject.consents else NO_CONSENTS


class Consenting:
    """Of one batch.

    Args:
        fields: as of `consent_fields`.
        codec: reads the records' contents.
        today: the day by which the lane works, in days since 1970-01-01.
        due: what is due of the lane.

    """

    def __init__(self, fields: dict[str, ConsentFields], codec: EventCodec, today: int, due: Due) -> None:
        self._fields = fields
        self._codec = codec
        self._today = today
        self._due = due

    def has(self, item: str) -> bool:
        """Tell whether the records of an item are consents."""
        return item in self._fields

    def settle(self, code: bytes, subject: Subject, record: Record, said: DecodedEvent) -> None:
        """Bring a subject's consents to what one of its records says.

        Args:
            code: the subject.
            subject: its summary; its consents are set.
            record: the record.
            said: an event with the record's content, and its header's item and names.

        """
        header = said.header
        fields = self._fields.get(header["item"])
        if fields is None:
            return
        name = record_key(header)
        consents = without(subject.consents, name)
        if record.state is RecordState.ACTIVE:
            consent = consent_of(name, fields, self._codec.read_body(header["item"], said.body)[2])
            if consent is not None:
                consents = (*consents, consent)
                if consent.first > self._today:
                    self._due.expect(consent.first, code)
        subject.consents = tuple(sorted(consents))
