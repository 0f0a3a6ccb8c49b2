"""Brings the acts of one item to the records of others, and keeps corrections over what departments state."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from creditbus.services.domain.catalogue import Catalogue, Derived, Disclosure, Item
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import Act, Claim, Content, Header, RecordState, Verb, content_hash, record_key
from creditbus.services.domain.profile.annotation import annotated, statement_place
from creditbus.services.domain.profile.corrections import add_corrections, corrected
from creditbus.services.domain.profile.keys import corrections_key, held_key, record_store_key, statement_key
from creditbus.services.domain.profile.record import (
    CONTENT_VERBS,
    Conflict,
    Duplicate,
    Folded,
    Moved,
    Record,
    Stale,
    Unknown,
    fold,
    remember,
)
from creditbus.services.domain.profile.record_acts import Corrected, RecordAct, fold_act, read_act
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation import Validator, compile_item
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.annotating import statement_of

__all__ = ["CONFLICT", "Acting", "Findings", "Landing"]

Findings = Sequence[tuple[str, str, str | None]]

CONFLICT: Final = ((Reason.REF_STATE_CONFLICT.value, "", None),)


@dataclass(frozen=True, slots=True, repr=False)
class Landing:
    """What became of an act at its record.

    Attributes:
        folded: the outcome.
        event: the act as an event of the record's own item, with the record's content after it.
        name: key of the record within its subject.
        key: key of the record in the store.
        corrections: what lies over the record's content after it; None: nothing changed there.
        place: of an annotation, its place in their order (`annotation.statement_place`); empty: it is another act.
        findings: for `Conflict`, why the act goes back.

    """

    folded: Folded
    event: DecodedEvent | None = None
    name: bytes = b""
    key: bytes = b""
    corrections: bytes | None = None
    place: bytes = b""
    findings: Findings = CONFLICT


@dataclass(frozen=True, slots=True, repr=False)
class _Original:
    """The record that an act found, and its content."""

    item: Item
    name: bytes
    key: bytes
    record: Record
    header: Header
    claim: Claim
    content: Content


class Acting:
    """Knows which items act on records and which items' records may be acted on; keeps nothing of events."""

    def __init__(self, catalogue: Catalogue, codec: EventCodec) -> None:
        self._catalogue = catalogue
        self._codec = codec
        self._validators: dict[str, Validator] = {}
        self._targets = tuple(
            item
            for item in catalogue
            if item.acts_on is None and item.registers is None and not item.identifies and item.succession is None
        )
        self._acts_on = {item.id: item.acts_on for item in catalogue if item.acts_on is not None}
        self._hidden = {item.id: frozenset(_hidden(item)) for item in catalogue if item.acts_on is not None}
        self._ids = tuple(item_id.encode() for item_id in self._acts_on)

    def acts(self, item_id: str) -> bool:
        """Tell whether the rows of an item act on records of others."""
        return item_id in self._acts_on

    def waiting_names(self, record: bytes) -> Iterator[bytes]:
        """Give the names under which acts wait for a record: its own, and the acting items' for the same decision."""
        yield record
        _, separator, decision = record.partition(b"|")
        for item_id in self._ids:
            yield item_id + separator + decision

    def candidate_keys(self, code: bytes, act_name: bytes) -> list[bytes]:
        """Give the store keys of the records that an act may mean."""
        _, separator, decision = act_name.partition(b"|")
        return [record_store_key(code, item.id.encode() + separator + decision) for item in self._targets]

    def touched(self, code: bytes, name: bytes) -> Iterator[bytes]:
        """Give the store keys that folding an event may touch: read at once, they need no further reading."""
        if name.partition(b"|")[0].decode() in self._acts_on:
            yield held_key(code, name)
            yield from self.candidate_keys(code, name)
        else:
            yield record_store_key(code, name)
            yield corrections_key(code, name)
            yield statement_key(code, name)
            yield from (held_key(code, waiting) for waiting in self.waiting_names(name))

    def beside(self, code: bytes, name: bytes, coming: Container[bytes], view: StateView) -> Iterator[bytes]:
        """Give the store keys of what an act looks at next to the records that it may mean, once `touched` is read.

        Args:
            code: the subject.
            name: key of the act within it.
            coming: keys within the subject of records that are made before the act is folded.
            view: the state.

        """
        item_id, separator, decision = name.partition(b"|")
        if item_id.decode() not in self._acts_on:
            return
        for item in self._targets:
            target = item.id.encode() + separator + decision
            if target in coming or view.get(record_store_key(code, target)) is not None:
                yield corrections_key(code, target)
                yield statement_key(code, target)

    # -- an act at its record -------------------------------------------------------------------

    def land(self, opened: DecodedEvent, code: bytes, view: StateView) -> Landing:
        """Find the record that an act means, and tell what the act does to it."""
        header = opened.header
        acts_on = self._acts_on[header["item"]]
        decision, _, content, _ = self._codec.read_body(header["item"], opened.body)
        act = read_act(acts_on, header["verb"], decision, content)
        found = self._find(act, code, record_key(header).encode(), view)
        if isinstance(found, Landing):
            return found
        item, value, name, key = found
        original = self._open(item, value, name, key)
        changes = acts_on.changes
        content = original.content
        corrections = after = None
        if act.changes:
            corrections = add_corrections(
                view.get(corrections_key(code, name)), act.changes, act.decided_on, act.number
            )
            content = corrected(corrections, original.content)
        shown = self._public(header["item"], decision)
        place = statement_place(act.decided_on, header) if act.verb == Verb.ANNOTATE else b""
        shown["statement"] = act.statement if place else statement_of(original.record, self._codec)
        body, start = self._codec.write_body(item.id, shown, original.claim, content)
        if act.changes:
            after = Corrected(content_hash(body[start:]), self._stated(original, content))
        folded = fold_act(original.record, act, after)
        if place:
            folded = annotated(folded, place, view.get(statement_key(code, name)))
        if (
            isinstance(folded, Moved | Duplicate)
            and folded.record
            and (faults := self._faults(original, act, content, header, changes))
        ):
            return Landing(Conflict(), findings=faults)
        event = DecodedEvent(_as_event_of(original, header, act, after), body)
        return Landing(folded, event, name, key, corrections, place)

    def _find(
        self, act: RecordAct, code: bytes, act_name: bytes, view: StateView
    ) -> tuple[Item, bytes, bytes, bytes] | Landing:
        keys = self.candidate_keys(code, act_name)
        view.need(keys)
        _, separator, decision = act_name.partition(b"|")
        found = [
            (item, value, item.id.encode() + separator + decision, key)
            for item, key in zip(self._targets, keys, strict=True)
            if (value := view.get(key)) is not None and act.item in ("", item.id)
        ]
        needed = {act.verb, Verb.SETTLE} if act.answers and act.verb == Verb.AMEND else {act.verb}
        admitting = [one for one in found if needed <= one[0].verbs]
        if not found:
            return Landing(Unknown())
        if not admitting:
            return Landing(Conflict(), findings=((Reason.CAT_VERB_NOT_ADMITTED.value, "verb", None),))
        if len(admitting) > 1:
            return Landing(Conflict(), findings=((Reason.REF_AMBIGUOUS_ORIGINAL.value, "", None),))
        return admitting[0]

    def _public(self, item_id: str, act: Act) -> Act:
        """Leave out what is not public: after here it counts as a field of the record's item, by that item's rules."""
        hidden = self._hidden[item_id]
        return {name: None if name in hidden else value for name, value in act.items()}  # type: ignore[return-value] # names of Act

    def _open(self, item: Item, value: bytes, name: bytes, key: bytes) -> _Original:
        record = decode_record(value)
        opened = self._codec.open(record.content)
        _, claim, content, _ = self._codec.read_body(item.id, opened.body)
        return _Original(item, name, key, record, opened.header, claim, content)

    def _stated(self, original: _Original, content: Content) -> RecordState:
        derived = _derived(original, content)
        return derived.state if derived.verb in CONTENT_VERBS else original.record.stated

    def _faults(self, original: _Original, act: RecordAct, content: Content, header: Header, column: str) -> Findings:
        """Say what is wrong with content after an act's changes; what was wrong before does not count."""
        if not act.changes:
            return ()
        before, after = _derived(original, original.content), _derived(original, content)
        names = [(one.verb, one.authority, one.document_no, one.subject_kind) for one in (before, after)]
        if not act.changes.keys() <= original.content.keys() or names[0] != names[1]:
            return ((Reason.REF_NOT_CORRECTABLE.value, column, None),)
        validator = self._validators.get(original.item.id)
        if validator is None:
            validator = self._validators[original.item.id] = compile_item(original.item, {})
        today = city_day(header["received_at"])
        known = set(validator.faults(original.content, today))
        faults = validator.faults(content, today)
        return [(fault.reason.value, fault.field, None) for fault in faults if fault not in known]

    # -- a department's content under corrections -----------------------------------------------

    def fold_under_corrections(
        self, record: Record, opened: DecodedEvent, code: bytes, name: bytes, view: StateView
    ) -> tuple[Folded, DecodedEvent]:
        """Fold a content event into a corrected record; return the event as it counts, too."""
        header = opened.header
        item = self._catalogue.item(header["item"])
        assert item is not None  # noqa: S101 -- the record is one of this item
        act, claim, stated, _ = self._codec.read_body(item.id, opened.body)
        content = corrected(view.get(corrections_key(code, name)) or b"{}", stated)
        body, start = self._codec.write_body(item.id, act, claim, content)
        derived = item.derive(content, claim, header["origin"]["department"])
        counting: Header = {**header, "content_hash": content_hash(body[start:])}
        if derived.verb in CONTENT_VERBS:
            counting["state"] = derived.state.value
        folded = fold(record, counting)
        # sent again, a row from before the correction must not bring back what else was amended since
        if isinstance(folded, Moved) and isinstance(known := fold(record, header), Stale):
            return known, opened
        if isinstance(folded, Moved | Stale) and folded.record is not None:
            # it may come again under other corrections
            folded = replace(folded, record=remember(folded.record, (Verb.ISSUE, header["content_hash"])))
        return folded, DecodedEvent(counting, body)


def _hidden(item: Item) -> Iterator[str]:
    """Give the parts of an item's acts that come from fields which are not public."""
    for stated in item.events:
        yield from (name for name, field in stated.act if item.fields[field].narrowest is not Disclosure.PUBLIC)


def _derived(original: _Original, content: Content) -> Derived:
    return original.item.derive(content, original.claim, original.header["origin"]["department"])


def _as_event_of(original: _Original, header: Header, act: RecordAct, after: Corrected | None) -> Header:
    return {
        **header,
        "item": original.item.id,
        "content_hash": after.content_hash if after else act.mark,
        "authority_name": original.header["authority_name"],
        "subject_name": original.header["subject_name"],
        "state": (after.stated if after else original.record.stated).value,
    }
