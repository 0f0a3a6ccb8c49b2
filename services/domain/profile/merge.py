"""What two records of one decision make together, when the second one comes from another subject.

Each was folded without the events of the other, so none of these is at hand: there is what each came to, and which acts
it saw. The rule and its reasons are in docs/adr/0046-reidentification.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple, cast

from creditbus.services.domain.event import Header, RecordState, Verb
from creditbus.services.domain.profile.record import (
    CONTENT_VERBS,
    Duplicate,
    Moved,
    Record,
    Stale,
    Term,
    fold,
    remember,
    without_last_of,
)
from creditbus.services.domain.profile.record_acts import Corrected, fold_mark

__all__ = ["Merged", "is_taken_back", "merge", "without_last"]

_D, _R, _E, _W = RecordState.DISPUTED, RecordState.REPAIRED, RecordState.EXITED, RecordState.WITHDRAWN
# a later one hides or outlasts those before it, in whichever order their acts come
_RANKS: Final[dict[RecordState | None, int]] = {None: 0, _E: 1, _R: 2, _D: 3, RecordState.EXPIRED: 4, _W: 5}
_NO_ACTS: Final = frozenset({*CONTENT_VERBS, Verb.ANNOTATE.value})
_DISPUTE: Final = Verb.DISPUTE.value
_ISSUE: Final = Verb.ISSUE.value


class Merged(NamedTuple):
    """Two records as one.

    Attributes:
        record: the one that was there, with what both came to. Its events are still those that it had.
        theirs: the content that counts is that of the other one.
        acted: where it stands is due to acts of the other one, too.

    """

    record: Record
    theirs: bool
    acted: bool


class _Layer(NamedTuple):
    """What acts came to: fields of `Record`, and its objections."""

    procedural: RecordState | None
    before_dispute: RecordState | None
    before_act: RecordState | None
    act_reading: int | None
    disputes: frozenset[bytes]

    @property
    def beneath(self) -> RecordState | None:
        """The state below an objection; where there is none, the state."""
        return self.before_dispute if self.procedural is _D else self.procedural


def is_taken_back(record: Record) -> bool:
    """Tell whether a record is repaired, also below an objection, and was published no more after that."""
    return record.term is not Term.KEPT and _is_repaired(record)


def without_last(record: Record, verb: Verb) -> Record:
    """Return a record as if its last act of a verb had not been; sent once more, it is not a duplicate."""
    seen = without_last_of(record.seen, verb)
    # what an act covers is kept of some acts only, and the acts that led there are all among what was seen
    again = replace(record, stated=RecordState.ACTIVE, procedural=None, before_dispute=None, before_act=None, seen=())
    again = replace(again, reading=None, act_reading=None)
    for said in seen:
        if said[0] not in _NO_ACTS and isinstance(folded := fold_mark(again, *said), Moved):
            again = folded.record
    term = Term.KEPT if _is_repaired(again) else Term.RUNNING
    return replace(
        record,
        procedural=again.procedural,
        before_dispute=again.before_dispute,
        before_act=again.before_act,
        act_reading=None,
        term=term,
        seen=seen,
    )


def merge(ours: Record, theirs: Record, ours_now: Corrected, theirs_now: Corrected) -> Merged:
    """Merge the record that comes from another subject into the one of its key.

    Of the contents the one counts that would if the later published one had come over the other. Acts of both count.

    Args:
        ours: the record that is there.
        theirs: the one that comes.
        ours_now: its content under the corrections of both.
        theirs_now: likewise.

    """
    content, is_theirs = _content(ours, theirs, ours_now, theirs_now)
    layer, acted = _acts(ours, theirs)
    days = [day for day in (ours.disputed_on, theirs.disputed_on) if day is not None]
    repaired = [one for one in (ours, theirs) if _is_repaired(one)]
    term = ours.term
    if repaired:
        term = Term.RUNNING if any(map(is_taken_back, repaired)) else Term.KEPT
    merged = replace(
        ours,
        stated=content.stated,
        procedural=layer.procedural,
        before_dispute=layer.before_dispute,
        before_act=layer.before_act,
        act_reading=layer.act_reading,
        revision=ours.revision + (content.content_hash != ours.content_hash),
        source_time=content.source_time,
        received_at=content.received_at,
        sequence=content.sequence,
        department=content.department,
        content_hash=content.content_hash,
        reading=content.reading,
        term=term,
        disputed_on=max(days, default=None),
    )
    said = (_ISSUE, content.content_hash)
    return Merged(remember(merged, *theirs.seen, said), is_theirs, acted)


def _is_repaired(record: Record) -> bool:
    return (record.before_dispute if record.standing is _D else record.standing) is _R


def _content(ours: Record, theirs: Record, ours_now: Corrected, theirs_now: Corrected) -> tuple[Record, bool]:
    """Return the record whose content counts, with its hash under all corrections, and whether it is the other one."""
    pairs = [(ours, ours_now), (theirs, theirs_now)]
    (first, first_now), (second, second_now) = sorted(pairs, key=_published)
    standing = replace(first, content_hash=first_now.content_hash, stated=_stated(ours, theirs, first, first_now))
    folded = fold(standing, _said(second, second_now.content_hash))
    # under corrections an old content is another one, and must not come back as news
    if isinstance(folded, Moved) and not isinstance(fold(first, _said(second, second.content_hash)), Stale):
        counts = replace(
            folded.record,
            stated=_stated(ours, theirs, second, second_now),
            received_at=second.received_at,
            sequence=second.sequence,
        )
        return counts, second is theirs
    if isinstance(folded, Duplicate) and folded.record is not None:
        standing = folded.record
    return standing, first is theirs and standing.content_hash != ours_now.content_hash


def _published(side: tuple[Record, Corrected]) -> tuple[int, int]:
    return side[0].received_at, side[0].sequence


def _said(record: Record, content_hash: bytes) -> Header:
    """Return what orders a record's content, as the header of an event that would say it."""
    header = {
        "verb": _ISSUE,
        "content_hash": content_hash,
        "state": record.stated.value,
        "source_time": record.source_time,
        "received_at": record.received_at,
        "sequence": record.sequence,
        "reading": record.reading,
        "lifts": False,
        "origin": {"department": record.department},
    }
    return cast("Header", header)


def _stated(ours: Record, theirs: Record, side: Record, now: Corrected) -> RecordState:
    """Return what a content states under all corrections; an objection that it states may have been settled."""
    if side.content_hash != now.content_hash:
        return now.stated
    other = theirs if side is ours else ours
    if side.stated is _D and other.content_hash == side.content_hash:
        return other.stated
    return side.stated


def _acts(ours: Record, theirs: Record) -> tuple[_Layer, bool]:
    """Return what the acts of both came to, and whether those of the other record count in it."""
    mine, others = _acts_seen(ours), _acts_seen(theirs)
    if others <= mine:
        return _layer(ours), False
    if mine <= others:
        return _layer(theirs), True
    first, second = _layer(ours), _layer(theirs)
    return _together(_still_open(first, second), _still_open(second, first)), True


def _acts_seen(record: Record) -> frozenset[tuple[str, bytes]]:
    return frozenset(said for said in record.seen if said[0] not in _NO_ACTS)


def _layer(record: Record) -> _Layer:
    disputes = frozenset(mark for verb, mark in record.seen if verb == _DISPUTE)
    return _Layer(record.procedural, record.before_dispute, record.before_act, record.act_reading, disputes)


def _still_open(layer: _Layer, other: _Layer) -> _Layer:
    """Return the layer without an objection that ended where the other one saw it."""
    if layer.procedural is _D and other.procedural is not _D and layer.disputes <= other.disputes:
        return layer._replace(procedural=layer.before_dispute, before_dispute=None)
    return layer


def _together(first: _Layer, second: _Layer) -> _Layer:
    top = max((first, second), key=lambda one: _RANKS[one.procedural])
    beneath = max(first.beneath, second.beneath, key=_RANKS.__getitem__)
    state, below = top.procedural, None
    if state is _D:
        below = beneath
    before_act, act_reading = top.before_act, top.act_reading
    if _R in {state, below}:
        act_reading = None
        befores = [one.before_act if one.beneath is _R else one.beneath for one in (first, second)]
        before_act = max(befores, key=_RANKS.__getitem__)
    elif act_reading is not None:
        # to this it goes back when the department's source holds the act no more
        before_act = max(before_act, (second if top is first else first).procedural, key=_RANKS.__getitem__)
    return top._replace(procedural=state, before_dispute=below, before_act=before_act, act_reading=act_reading)
