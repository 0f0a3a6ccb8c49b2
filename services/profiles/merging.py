"""Merges a record that comes from another subject into the one of its key that is there.

What its department and others said and did counts on either side; why, and what does not, is in
docs/adr/0046-reidentification.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import Act, Change, Claim, Content, Header, RecordState, Verb, content_hash
from creditbus.services.domain.profile.corrections import corrected, merge_corrections
from creditbus.services.domain.profile.keys import corrections_key, record_store_key, statement_key
from creditbus.services.domain.profile.merge import Merged, is_taken_back, merge, without_withdrawal
from creditbus.services.domain.profile.record import CONTENT_VERBS, Moved, Record
from creditbus.services.domain.profile.record_acts import Corrected
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.engine.codec.event_codec import DecodedEvent
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.annotating import statement_of
from creditbus.services.profiles.folding_context import FoldingContext
from creditbus.services.profiles.reidentifying import renamed

__all__ = ["Meeting", "Merging"]


@dataclass(frozen=True, slots=True, repr=False)
class Meeting:
    """What became of two records of one key.

    Attributes:
        moved: what it does to the record that was there.
        event: that which says so, with the content that counts; None: there is nothing to say, for it shows as before.
        corrections: what lies over the content of both; None: nothing does.
        place: that of the newest statement (`annotation.statement_place`); None: there is none.
        taken_back: as of `record.settled`.

    """

    moved: Moved
    event: DecodedEvent | None
    corrections: bytes | None
    place: bytes | None
    taken_back: bool


@dataclass(frozen=True, slots=True, repr=False)
class _Side:
    """One of the two: its record, the event of its content, and what that has."""

    record: Record
    said: DecodedEvent
    act: Act
    claim: Claim
    content: Content


class Merging:
    """Of one batch."""

    def __init__(self, context: FoldingContext, view: StateView) -> None:
        self._catalogue = context.catalogue
        self._codec = context.codec
        self._codes = context.codes
        self._view = view

    def meet(self, code: bytes, moved: MovedRecord) -> Meeting:
        """Merge a record that comes into the one of its key."""
        ours = self._side(decode_record(self._view.get(record_store_key(code, moved.name)) or b""))
        theirs = self._side(self._counting(decode_record(moved.value), ours, moved.legacy_key))
        item = self._catalogue.items[ours.said.header["item"]]
        kept = self._view.get(corrections_key(code, moved.name))
        corrections = merge_corrections(kept, moved.corrections)
        contents = [corrected(corrections or b"{}", side.content) for side in (ours, theirs)]
        now = [self._corrected(item, *pair) for pair in zip((ours, theirs), contents, strict=True)]
        merged = merge(ours.record, theirs.record, *now)
        known = self._view.get(statement_key(code, moved.name))
        place = max(filter(None, (known, moved.statement)), default=None)
        stating = ours if place == known else theirs
        statement = statement_of(stating.record, self._codec)
        side, content = (theirs, contents[1]) if merged.theirs else (ours, contents[0])
        change = Change.AMENDED if merged.record.revision != ours.record.revision else Change.TRANSITION
        event = None
        if change is Change.AMENDED or merged.acted or stating is theirs:
            said = self._saying(theirs) if merged.acted or stating is theirs else theirs.said
            act = self._codec.read_body(item.id, said.body)[0]
            body, _ = self._codec.write_body(item.id, {**act, "statement": statement}, side.claim, content)
            event = renamed(DecodedEvent(_header(said.header, side, merged), body), moved.subject)
        taken_back = is_taken_back(merged.record)
        return Meeting(Moved(merged.record, change, ours.record.state), event, corrections, place, taken_back)

    def _side(self, record: Record) -> _Side:
        said = self._codec.open(record.content)
        act, claim, content, _ = self._codec.read_body(said.header["item"], said.body)
        return _Side(record, said, act, claim, content)

    def _counting(self, record: Record, ours: _Side, legacy_key: str) -> Record:
        """Return the record that comes, without a withdrawal that was of the wrong subject's alone.

        So is that by a department which published the record again afterwards, and named its subject by another code.
        """
        if record.procedural is not RecordState.WITHDRAWN or not record.act:
            return record
        act = self._codec.open(record.act).header
        withdrawn, published = (act["received_at"], act["sequence"]), (ours.record.received_at, ours.record.sequence)
        named_again = legacy_key not in self._codes.naming(ours.said)
        if act["origin"]["department"] == ours.record.department and withdrawn < published and named_again:
            return without_withdrawal(record)
        return record

    def _corrected(self, item: Item, side: _Side, content: Content) -> Corrected:
        """Return a content under all corrections."""
        if content == side.content:
            return Corrected(side.record.content_hash, side.record.stated)
        body, start = self._codec.write_body(item.id, side.act, side.claim, content)
        derived = item.derive(content, side.claim, side.record.department)
        stated = derived.state if derived.verb in CONTENT_VERBS else side.record.stated
        return Corrected(content_hash(body[start:]), stated)

    def _saying(self, side: _Side) -> DecodedEvent:
        """Return the event by which a record was acted on last; that of its content where only its term ended it."""
        if not side.record.act:
            return side.said
        act = self._codec.open(side.record.act)
        own = act.header["verb"] == Verb.EXPIRE.value and side.record.procedural is not RecordState.EXPIRED
        return side.said if own else act


def _header(header: Header, side: _Side, merged: Merged) -> Header:
    """Return the header of an event as that of one which has the content that counts."""
    return {
        **header,
        "content_hash": merged.record.content_hash,
        "state": merged.record.stated.value,
        "subject_name": side.said.header["subject_name"],
        "authority_name": side.said.header["authority_name"],
    }
