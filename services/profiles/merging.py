"""Merges a record that comes from another subject into the one of its key that is there.

What its department and others said and did counts on either side; why, and what does not, is in
docs/adr/0046-reidentification.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import Act, Change, Claim, Content, Header, RecordState, Verb, content_hash
from creditbus.services.domain.profile.corrections import corrected, merge_corrections
from creditbus.services.domain.profile.keys import corrections_key, record_store_key, statement_key
from creditbus.services.domain.profile.merge import Merged, merge, without_last
from creditbus.services.domain.profile.record import CONTENT_VERBS, TAKEN_BACK, Moved, Record
from creditbus.services.domain.profile.record_acts import Corrected
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.engine.codec.event_codec import DecodedEvent
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.annotating import statement_of
from creditbus.services.profiles.folding_context import FoldingContext
from creditbus.services.profiles.reidentifying import renamed

__all__ = ["Meeting", "Merging"]

# one of these as the last act says nothing of a record that does not stand so: a day led to it, or it was taken back
_LEADS_TO: Final = {
    Verb.EXPIRE.value: RecordState.EXPIRED,
    Verb.WITHDRAW.value: RecordState.WITHDRAWN,
    Verb.END.value: RecordState.EXITED,
}


@dataclass(frozen=True, slots=True, repr=False)
class Meeting:
    """What became of two records of one key.

    Attributes:
        moved: what it does to the record that was there.
        event: that which says so, with the content that counts; None: there is nothing to say, for it shows as before.
        acted: the event is the record's last act from then on; one that brings content alone is not.
        corrections: what lies over the content of both; None: nothing does.
        place: that of the newest statement (`annotation.statement_place`); None: there is none.

    """

    moved: Moved
    event: DecodedEvent | None
    acted: bool
    corrections: bytes | None
    place: bytes | None


@dataclass(frozen=True, slots=True, repr=False)
class _Side:
    """One of the two: its record, the events of its content and of its last act, and what the first has."""

    record: Record
    said: DecodedEvent
    done: DecodedEvent | None
    act: Act
    claim: Claim
    content: Content

    @property
    def headers(self) -> list[Header]:
        """Those of its events."""
        return [one.header for one in (self.said, self.done) if one is not None]


class Merging:
    """Of one batch."""

    def __init__(self, context: FoldingContext, view: StateView) -> None:
        self._catalogue = context.catalogue
        self._codec = context.codec
        self._codes = context.codes
        self._view = view

    def meet(self, code: bytes, moved: MovedRecord) -> Meeting:
        """Merge a record that comes into the one of its key."""
        stored = decode_record(self._view.get(record_store_key(code, moved.name)) or b"")
        ours, theirs = self._side(stored), self._side(decode_record(moved.value))
        item = self._catalogue.items[ours.said.header["item"]]
        kept = self._view.get(corrections_key(code, moved.name))
        corrections = merge_corrections(kept, moved.corrections)
        contents = [corrected(corrections or b"{}", side.content) for side in (ours, theirs)]
        now = [self._corrected(item, *pair) for pair in zip((ours, theirs), contents, strict=True)]
        standing = self._counting(ours, theirs)
        merged = merge(standing, self._counting(theirs, ours), *now)
        known = self._view.get(statement_key(code, moved.name))
        place = max(filter(None, (known, moved.statement)), default=None)
        stating = ours if place == known else theirs
        change = Change.AMENDED if merged.record.revision != stored.revision else Change.TRANSITION
        event, acted = None, merged.acted or stating is theirs
        if change is Change.AMENDED or stating is theirs or _standing(merged.record) != _standing(stored):
            said = self._saying(theirs, merged.record) if acted else theirs.said
            act = self._codec.read_body(item.id, said.body)[0].copy()
            act["statement"] = statement_of(stating.record, self._codec)
            side, content = (theirs, contents[1]) if merged.theirs else (ours, contents[0])
            body, _ = self._codec.write_body(item.id, act, side.claim, content)
            event = renamed(DecodedEvent(_header(said.header, side, merged), body), moved.subject)
        outcome = Moved(merged.record, change, stored.state)
        return Meeting(outcome, event, acted or standing is not stored, corrections, place)

    def _side(self, record: Record) -> _Side:
        said = self._codec.open(record.content)
        act, claim, content, _ = self._codec.read_body(said.header["item"], said.body)
        return _Side(record, said, self._codec.open(record.act) if record.act else None, act, claim, content)

    def _counting(self, side: _Side, other: _Side) -> Record:
        """Return a record without an act that what its department said of the other one takes back.

        So is an end or a withdrawal that its source holds no more, by a later reading, and a withdrawal which was of
        the wrong subject's record alone: the department published it again afterwards, and names its subject otherwise.
        """
        record, done = side.record, side.done
        verb = TAKEN_BACK.get(record.procedural) if record.procedural is not None else None
        if verb is None or record.department != other.record.department:
            return record
        lifted = max((one["reading"] or 0 for one in other.headers if one["lifts"]), default=0)
        if record.act_reading is not None and lifted > record.act_reading:
            return without_last(record, verb)
        if verb is Verb.WITHDRAW and done is not None and self._is_own(done, record) and self._is_of_other(done, other):
            return without_last(record, verb)
        return record

    def _is_own(self, act: DecodedEvent, record: Record) -> bool:
        """Tell whether a record's own department withdrew it by its row: not by an act on it that names a decision."""
        header = act.header
        *_, start = self._codec.read_body(header["item"], act.body)
        by_row = header["content_hash"] == content_hash(act.body[start:])
        return header["verb"] == Verb.WITHDRAW.value and header["origin"]["department"] == record.department and by_row

    def _is_of_other(self, act: DecodedEvent, other: _Side) -> bool:
        """Tell whether a record's content was published after an act, and names its subject by another code."""
        done, published = act.header, (other.record.received_at, other.record.sequence)
        renamed_since = self._codes.naming(act) != self._codes.naming(other.said)
        return (done["received_at"], done["sequence"]) < published and renamed_since

    def _corrected(self, item: Item, side: _Side, content: Content) -> Corrected:
        """Return a content under all corrections."""
        if content == side.content:
            return Corrected(side.record.content_hash, side.record.stated)
        body, start = self._codec.write_body(item.id, side.act, side.claim, content)
        derived = item.derive(content, side.claim, side.record.department)
        stated = derived.state if derived.verb in CONTENT_VERBS else side.record.stated
        return Corrected(content_hash(body[start:]), stated)

    def _saying(self, side: _Side, merged: Record) -> DecodedEvent:
        """Return the event by which a record was acted on last; that of its content where that act does not count."""
        if side.done is None:
            return side.said
        leads_to = _LEADS_TO.get(side.done.header["verb"])
        return side.done if leads_to is None or merged.procedural is leads_to else side.said


def _standing(record: Record) -> tuple[object, ...]:
    return record.stated, record.procedural, record.before_dispute, record.before_act, record.term


def _header(header: Header, side: _Side, merged: Merged) -> Header:
    """Return the header of an event as that of one which has the content that counts."""
    return {
        **header,
        "content_hash": merged.record.content_hash,
        "state": merged.record.stated.value,
        "subject_name": side.said.header["subject_name"],
        "authority_name": side.said.header["authority_name"],
    }
