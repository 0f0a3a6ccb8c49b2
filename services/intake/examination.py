"""Decodes one record of an ingest topic and examines it against the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from creditbus.avro_schemas import unreadable_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day, has_day
from creditbus.services.domain.entitlement import Publisher, publishers
from creditbus.services.domain.event import NO_CODES, Header, Origin, content_hash, event_id
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FrameError
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.tokens import person_token
from creditbus.services.domain.validation import Admitted, Refused, compile_item, person_identifier
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.rejects import Refusal
from creditbus.topics.names import INGEST

__all__ = ["AdmittedEvent", "Examiner", "RefusedEvent"]

#: A source clock may be ahead of the broker's by this much.
_CLOCK_SKEW_MS: Final = 86_400_000
#: The first number that is too large for an int of Avro.
_INT_LIMIT: Final = 1 << 31


@dataclass(frozen=True, slots=True, repr=False)
class RefusedEvent:
    """An event on its way back; `origin` is booked against the owner of the topic."""

    record: Record
    origin: Origin
    item: str
    refusal: Refusal
    normalised: bool


@dataclass(frozen=True, slots=True, repr=False)
class AdmittedEvent:
    """An event that may enter, its header complete but for a subject known by a legacy code."""

    opened: DecodedEvent
    admitted: Admitted


class Examiner:
    """Pure: the same record always gives the same result; today is the day the broker received it."""

    def __init__(
        self, catalogue: Catalogue, codec: EventCodec, departments: Sequence[Publisher], person_key: bytes
    ) -> None:
        self._catalogue = catalogue
        self._validators = {item.id: compile_item(item, publishers(item, departments)) for item in catalogue}
        self._codec = codec
        self._person_key = person_key
        self._unreadable = parsed(unreadable_schema())

    def examine(self, record: Record) -> RefusedEvent | AdmittedEvent:
        """Examine one record; nothing it holds can raise."""
        value = record.value or b""
        try:
            shape = self._codec.shape(value)
            if shape is None:
                return _poison(record, Reason.FORMAT_UNKNOWN_SCHEMA)
            if shape.schema_id == self._codec.unreadable_id:
                return self._unreadable_row(record, value)
            if not shape.item:
                return _poison(record, Reason.CAT_NOT_IN_CATALOGUE)
            opened = self._codec.open(value)
            if not (_is_int(opened.header["origin"]["row"]) and _is_int(opened.header["normalised"])):
                # fastavro reads a longer number there; other readers, fanout among them, do not
                return _poison(record, Reason.FORMAT_UNDECODABLE)
            return self._event(record, opened, shape.item)
        except (FrameError, UndecodableError):
            return _poison(record, Reason.FORMAT_UNDECODABLE)

    def _unreadable_row(self, record: Record, value: bytes) -> RefusedEvent:
        event = read_record(value, self._unreadable)
        header, reason = cast("Header", event["header"]), str(event["unreadable"]["reason"])
        if reason not in Reason.__members__:
            reason = Reason.FORMAT_UNPARSABLE
        return self._refused(record, header, Refusal([(reason, "", None)]))

    def _event(self, record: Record, opened: DecodedEvent, item_id: str) -> RefusedEvent | AdmittedEvent:
        header = opened.header
        item = self._catalogue.item(item_id)
        if item is None or header["item"] != item_id:
            return self._refused(record, header, Refusal([(Reason.CAT_NOT_IN_CATALOGUE, "header.item", None)]))
        if header["origin"]["department"] != record.topic.removeprefix(INGEST):
            return self._refused(record, header, Refusal([(Reason.CAT_NOT_ENTITLED, "origin.department", None)]))
        act, claim, content, start = self._codec.read_body(item_id, opened.body)
        if act["statement"] is not None:
            # a department speaks for itself: what a subject states comes in a row about the record
            return self._refused(record, header, Refusal([(Reason.CAT_NOT_ENTITLED, "act.statement", None)]))
        verdict = self._validators[item_id].examine(header, claim, content, city_day(record.timestamp))
        if isinstance(verdict, Refused):
            # of a natural person whom no item admits nothing may be kept, not even to send it back
            keep = verdict.findings[0].reason is not Reason.CAT_NATURAL_PERSON
            findings = [(finding.reason.value, finding.field, finding.proposed) for finding in verdict.findings]
            return self._refused(record, header, Refusal(findings, verdict.cautions, keep_original=keep))
        if faults := _faults_of_order(header, record.timestamp):
            return self._refused(record, header, Refusal(faults))
        if verdict.person:
            header["subject"] = person_token(person_identifier(claim), self._person_key)
            body, start = self._codec.write_body(item_id, act, NO_CODES, content)
            opened = DecodedEvent(header, body)
        self._complete(record, opened, verdict, start)
        return AdmittedEvent(opened, verdict)

    def _refused(self, record: Record, header: Header, refusal: Refusal) -> RefusedEvent:
        origin: Origin = {**header["origin"], "department": record.topic.removeprefix(INGEST)}
        # an item of the catalogue or none: what a department writes there must not make up accounts
        item = header["item"] if self._catalogue.item(header["item"]) else ""
        return RefusedEvent(record, origin, item, refusal, normalised=bool(header["normalised"]))

    def _complete(self, record: Record, opened: DecodedEvent, admitted: Admitted, start: int) -> None:
        header = opened.header
        header["content_hash"] = content_hash(opened.body[start:])
        header["received_at"] = record.timestamp
        header["sequence"] = record.offset
        header["warnings"] = [caution.value for caution in admitted.cautions]
        header["subject_kind"] = admitted.subject_kind
        header["subject"] = admitted.subject or (header["subject"] if admitted.person else "")
        header["event_id"] = event_id(header, header["subject"] or "|".join(admitted.legacy_keys))


def _is_int(number: int) -> bool:
    return -_INT_LIMIT <= number < _INT_LIMIT


def _faults_of_order(header: Header, now: int) -> list[tuple[str, str, str | None]]:
    """Say what is wrong with the moments by which the events of a record are ordered; `now` as they are counted."""
    moment, reading = header["source_time"], header["reading"]
    if moment is not None and moment > now + _CLOCK_SKEW_MS:
        # it would outrank every later event of the record
        return [(Reason.DATE_FUTURE, "header.source_time", None)]
    # Moments outside of the calendar were admitted once: of the day of an objection no lane could go on, and a number
    # of more than nine bytes is one that fanout does not read.
    if moment is not None and not has_day(moment):
        return [(Reason.DATE_UNPARSABLE, "header.source_time", None)]
    if reading is not None and not has_day(reading // 1000):
        return [(Reason.DATE_UNPARSABLE, "header.reading", None)]
    return []


def _poison(record: Record, reason: Reason) -> RefusedEvent:
    origin = Origin(department=record.topic.removeprefix(INGEST), run="", file="", sheet="", row=0)
    return RefusedEvent(record, origin, "", Refusal([(reason, "", None)]), normalised=False)
