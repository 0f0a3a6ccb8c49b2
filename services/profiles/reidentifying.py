"""Sends records on that are in a profile by a code which turns out to be another subject's, and takes such records in.

Which codes are a subject's, its profile knows best: it knows which of the register's rows count, in whatever order they
came. Where they name a code no more, the resolver hears of it, and all records that came by that code go back to where
events wait for it: to whomever it belongs then, also back (docs/adr/0046-reidentification.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain

from creditbus.services.domain.event import (
    ID_BYTES,
    NO_ACT,
    Change,
    Header,
    RecordState,
    Verb,
    partition_of,
)
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.profile.history import numbers_kept
from creditbus.services.domain.profile.keys import (
    corrections_key,
    index_key,
    item_of,
    lost_codes_key,
    record_store_key,
    statement_key,
    subject_key,
    superseded_key,
)
from creditbus.services.domain.profile.merge import is_taken_back
from creditbus.services.domain.profile.record import Moved, Record
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from creditbus.services.domain.profile.subject import (
    INDEX_CHUNK,
    NOT_RESTATING,
    Subject,
    pack_record_keys,
    record_keys,
)
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.applied import applied_of
from creditbus.services.profiles.codes import Codes, own_code
from creditbus.services.profiles.consenting import Consenting, consents_now
from creditbus.services.profiles.ending import Ending
from creditbus.services.profiles.history import keep_arrival
from creditbus.services.profiles.kinds import state_kind
from creditbus.services.profiles.lane import StageStanding
from creditbus.services.profiles.restating import Restating, names_of
from creditbus.services.profiles.summaries import Summaries
from creditbus.services.profiles.waiting import Waiting
from creditbus.topics.names import CHANGES, UNRESOLVED

__all__ = ["Reidentifying", "renamed"]

_REASON = "主体更正：记录所用代码不属于该主体"
"""What the profile that gives up a record says of it: the code by which it came is not this subject's."""


@dataclass(frozen=True, slots=True, repr=False)
class _Found:
    """A record that its subject gives up: its keys within the subject and in the store, it, its content, its code."""

    name: bytes
    key: bytes
    record: Record
    content: DecodedEvent
    legacy: str


class Reidentifying:
    """Of one batch."""

    def __init__(
        self,
        codes: Codes,
        codec: EventCodec,
        writers: tuple[RecordWriter, RecordWriter],
        stage: StageStanding,
        ending: Ending,
        consenting: Consenting,
        restating: Restating,
        *,
        waiting: Waiting,
        summaries: Summaries,
        lanes: int,
        view: StateView,
        out: Output,
    ) -> None:
        self._codes = codes
        self._codec = codec
        self._write_claim, self._write_moved = writers
        self._stage = stage
        self._ending = ending
        self._consenting = consenting
        self._restating = restating
        self._waiting = waiting
        self._summaries = summaries
        self._lanes = lanes
        self._view = view
        self._out = out
        self._changes = out.channel(CHANGES, out.lane)

    # -- the codes of a subject -------------------------------------------------------------------

    def codes_of(self, value: bytes | None) -> frozenset[str]:
        """Return the codes that a stored register row gives its subject; one that does not hold gives none."""
        if value is None:
            return frozenset()
        record = decode_record(value)
        if record.state is RecordState.WITHDRAWN:
            return frozenset()
        return self._codes.told(self._codec.open(record.content))

    def settle(self, code: bytes, subject: Subject, name: bytes, before: frozenset[str], said: DecodedEvent) -> None:
        """Bring a subject's codes to what one of its register rows says after an event.

        Args:
            code: the subject.
            subject: its summary.
            name: key of the row's record within the subject.
            before: the codes that it gave before the event.
            said: the event.

        """
        after = self.codes_of(self._view.get(record_store_key(code, name)))
        # an old row that came late was taken for what it says on its way here
        doubtful = before | (self._codes.told(said) if said.header["item"] in self._codes.identifying else frozenset())
        if doubtful == after and not subject.lost_codes:
            return
        held = after | self._of_other_rows(code, subject, name)
        known = self._lost(code) if subject.lost_codes else frozenset()
        lost, found = doubtful - held, known & held
        for key in sorted(lost - known):
            self._claim(key, code, holds=False)
        for key in sorted(found):
            self._claim(key, code, holds=True)
        now = (known | lost) - held
        if now != known:
            subject.lost_codes = bool(now)
            self._summaries.changed(subject_key(code))
            place = lost_codes_key(code)
            if now:
                self._view.put(place, " ".join(sorted(now)).encode())
            else:
                self._view.delete(place)
        if lost - known:
            self._give_up(code, subject, now, held | {own_code(code.decode())}, said.header["received_at"])

    def _of_other_rows(self, code: bytes, subject: Subject, name: bytes) -> frozenset[str]:
        names = names_of(code, subject, self._view)
        others = [one for one in names if one != name and item_of(one).decode() in self._codes.identifying]
        keys = [record_store_key(code, one) for one in others]
        self._view.need(keys)
        return frozenset[str]().union(*(self.codes_of(self._view.get(key)) for key in keys))

    def _lost(self, code: bytes) -> frozenset[str]:
        return frozenset((self._view.get(lost_codes_key(code)) or b"").decode().split())

    def _claim(self, key: str, code: bytes, *, holds: bool) -> None:
        self._send(key, self._write_claim({"legacy_key": key, "subject": code.decode(), "holds": holds}))

    def _send(self, key: str, value: bytes) -> None:
        place = key.encode()
        self._out.emit(UNRESOLVED, partition_of(place, self._lanes), place, value)

    # -- away ---------------------------------------------------------------------------------------

    def turned_away(self, code: bytes, opened: DecodedEvent) -> bool:
        """Send an event back that names its subject by a code which is not the subject's any more; tell whether.

        A look-up at intake may lag.
        """
        key = self._lost_code(opened, self._lost(code), frozenset({own_code(code.decode())}))
        if not key:
            return False
        self._send_back(key, opened)
        return True

    def passed_on(self, code: bytes, moved: MovedRecord) -> bool:
        """Send a record back whose code the subject has given up while it was on its way; tell whether."""
        if moved.legacy_key not in self._lost(code):
            return False
        self._send(moved.legacy_key, self._write_moved(moved._replace(subject="")._asdict()))
        return True

    def _lost_code(self, opened: DecodedEvent, lost: frozenset[str], held: frozenset[str]) -> str:
        """Return the lost code by which alone an event came; empty: there is none."""
        naming = self._codes.naming(opened)
        return "" if held.intersection(naming) else next((key for key in naming if key in lost), "")

    def _send_back(self, key: str, opened: DecodedEvent) -> None:
        # a copy: the step may run again on the same work
        header = opened.header.copy()
        header["subject"] = ""
        self._send(key, self._codec.seal(header, opened.body))

    def _give_up(self, code: bytes, subject: Subject, lost: frozenset[str], held: frozenset[str], since: int) -> None:
        self._give_up_held(code, subject, lost, held)
        names = names_of(code, subject, self._view)
        keys = [record_store_key(code, name) for name in names]
        self._view.need(keys)
        found: list[_Found] = []
        for name, key in zip(names, keys, strict=True):
            value = self._view.get(key)
            if value is None:
                continue
            record = decode_record(value)
            opened = self._codec.open(record.content)
            legacy = self._lost_code(opened, lost, held)
            if legacy:
                found.append(_Found(name, key, record, opened, legacy))
        if not found:
            return
        # of all of them at once: each miss is a question to the store, and the whole batch begins again
        self._view.need(place for one in found for place in _beside(code, one.name))
        consents = subject.consents
        self._unlist(code, subject, [one.name for one in found])
        for one in found:
            self._take_out(code, subject, one, since)
        if subject.held:
            legacy_of = {one.name: one.legacy for one in found}
            for name, event in list(self._waiting.held_for(code, subject, legacy_of)):
                self._send_back(legacy_of[name], event)
        # others took their places in the subject's list, and who goes through it in parts might pass them over
        self._ending.end(code)
        if subject.restating != NOT_RESTATING or subject.consents != consents:
            self._restating.start(code, subject)

    def _give_up_held(self, code: bytes, subject: Subject, lost: frozenset[str], held: frozenset[str]) -> None:
        """Send acts back that wait for a record which may come by a lost code."""
        for name, event in list(self._waiting.held_by_code(code, subject)):
            legacy = self._lost_code(event, lost, held)
            if legacy:
                self._send_back(legacy, event)
            else:
                self._waiting.hold(code, subject, event, name)

    def _take_out(self, code: bytes, subject: Subject, found: _Found, since: int) -> None:
        record, content, item = found.record, found.content, found.content.header["item"]
        corrections, statement = _beside(code, found.name)
        before = self._restating.before(found.key, subject)
        gone = replace(record, procedural=RecordState.WITHDRAWN)
        self._consenting.settle(code, subject, gone, content)
        subject.version += 1
        self._summaries.changed(subject_key(code))
        header: Header = {
            **content.header,
            "verb": Verb.WITHDRAW.value,
            "event_id": _moved_id(content.header["event_id"], code, subject.version),
            "source_time": None,
            "received_at": max(since, content.header["received_at"]),
            "reading": None,
            "lifts": False,
            "normalised": 0,
            "warnings": [],
            "applied": None,
        }
        _, claim, stated, _ = self._codec.read_body(item, content.body)
        body, _ = self._codec.write_body(item, {**NO_ACT, "reason": _REASON}, claim, stated)
        consents = consents_now(subject, item.encode(), self._ending.lane.today)
        applied = applied_of(
            subject, Moved(gone, Change.TRANSITION, record.state), self._stage.by_item[item.encode()], consents, before
        )
        self._changes.append((code, self._codec.seal_applied(DecodedEvent(header, body), applied)))
        moved = MovedRecord(
            found.legacy, "", found.name, encode_record(record), self._view.get(corrections), self._view.get(statement)
        )
        self._send(found.legacy, self._write_moved(moved._asdict()))
        past = [superseded_key(code, found.name, number) for number in numbers_kept(record)]
        for place in (found.key, corrections, statement, *past):
            self._view.delete(place)

    def _unlist(self, code: bytes, subject: Subject, gone: Sequence[bytes]) -> None:
        """Take records out of their subject's list, one after another; the last one of it takes the place of each."""
        full = subject.records // INDEX_CHUNK
        chunks = [record_keys(self._view.get(index_key(code, number)) or b"") for number in range(full)]
        names = [*chain.from_iterable(chunks), *record_keys(subject.tail)]
        places = {name: place for place, name in enumerate(names)}
        for name in gone:
            last = names.pop()
            if last != name:
                names[places[name]] = last
                places[last] = places[name]
        left = len(names)
        for number, chunk in enumerate(chunks):
            now = names[number * INDEX_CHUNK : (number + 1) * INDEX_CHUNK]
            if len(now) < INDEX_CHUNK:
                self._view.delete(index_key(code, number))
            elif now != chunk:
                self._view.put(index_key(code, number), pack_record_keys(now))
        subject.records = left
        subject.tail = pack_record_keys(names[left - left % INDEX_CHUNK :])

    # -- in -----------------------------------------------------------------------------------------

    def take_in(self, moved: MovedRecord, moment: int) -> bool:
        """Take a record in that was sent here at a moment; False: the subject has one of its key."""
        code = moved.subject.encode()
        key = record_store_key(code, moved.name)
        if self._view.get(key) is not None:
            return False
        subject = self._summaries.of(subject_key(code))
        record = decode_record(moved.value)
        content = renamed(self._codec.open(record.content), moved.subject)
        item = content.header["item"].encode()
        state_kind(subject, content.header)
        _, by_act = self._codec.last_emission(record.content, record.act)
        new = Moved(record, Change.NEW, None)
        settled = self._ending.settled(code, new, content, brings_content=True, taken_back=is_taken_back(record))
        self._settle_consents(code, subject, settled.record, content)
        subject.version += 1
        self._summaries.changed(subject_key(code))
        consents = consents_now(subject, item, self._ending.lane.today)
        applied = applied_of(subject, settled, self._stage.by_item[item], consents)
        sealed = self._codec.seal_applied(content, applied)
        act = b""
        if record.act:
            done = renamed(self._codec.open(record.act), moved.subject)
            # what was emitted last is what has the later version
            version = subject.version if by_act else subject.version - 1
            act = self._codec.seal_applied(done, {**applied, "version": version})
        kept = keep_arrival(self._view, code, moved.name, settled.record, moment)
        self._view.put(key, encode_record(kept, content=sealed, act=act))
        if moved.corrections is not None:
            self._view.put(corrections_key(code, moved.name), moved.corrections)
        if moved.statement is not None:
            self._view.put(statement_key(code, moved.name), moved.statement)
        self._changes.append((code, act if by_act else sealed))
        filled = subject.add_record(moved.name)
        if filled is not None:
            self._view.put(index_key(code, filled[0]), filled[1])
        return True

    def _settle_consents(self, code: bytes, subject: Subject, record: Record, content: DecodedEvent) -> None:
        consents = subject.consents
        self._consenting.settle(code, subject, record, content)
        # the record itself is not among the subject's yet
        if subject.consents != consents and subject.records:
            self._restating.start(code, subject)


def _beside(code: bytes, name: bytes) -> tuple[bytes, bytes]:
    """Return the keys of what lies next to a record: its corrections, and the place of its subject's statement."""
    return corrections_key(code, name), statement_key(code, name)


def renamed(event: DecodedEvent, subject: str) -> DecodedEvent:
    """Return an event of a record as one of another subject on which nothing was decided yet."""
    header: Header = {
        **event.header,
        "subject": subject,
        "subject_kind": kind_of(subject).value,
        "event_id": _moved_id(event.header["event_id"], subject.encode(), 0),
        "applied": None,
    }
    return DecodedEvent(header, event.body)


def _moved_id(last: bytes, subject: bytes, version: int) -> bytes:
    said = b"moved\0%b%b%b" % (last, subject, version.to_bytes(8, "big"))
    return blake2b(said, digest_size=ID_BYTES).digest()
