"""A record and what an event does to it.

The rules and the state chart are in docs/record-states.md; this module is that page in code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from creditbus.services.domain.city_time import city_day, day_number
from creditbus.services.domain.event import Change, Header, RecordState, Verb

__all__ = [
    "CONTENT_VERBS",
    "TAKEN_BACK",
    "Conflict",
    "Duplicate",
    "Folded",
    "Moved",
    "Record",
    "Stale",
    "Term",
    "Unknown",
    "fold",
    "remember",
    "settled",
    "without_last_of",
]

CONTENT_VERBS: Final = frozenset({"ISSUE", "AMEND"})
_ISSUE: Final = Verb.ISSUE.value

_A, _D, _R, _E, _W, _X = (
    RecordState.ACTIVE,
    RecordState.DISPUTED,
    RecordState.REPAIRED,
    RecordState.EXITED,
    RecordState.WITHDRAWN,
    RecordState.EXPIRED,
)

# verb -> the states in which it may happen, and the state that it leads to (None: as before)
_TRANSITIONS: Final[dict[str, tuple[frozenset[RecordState], RecordState | None]]] = {
    Verb.DISPUTE: (frozenset({_A, _E, _R}), _D),
    Verb.SETTLE: (frozenset({_D}), None),
    Verb.ANNOTATE: (frozenset({_A, _D, _R, _E, _X}), None),
    Verb.END: (frozenset({_A, _D, _R}), _E),
    Verb.REPAIR: (frozenset({_A, _D, _E}), _R),
    Verb.EXPIRE: (frozenset({_A, _D, _R, _E}), _X),
    Verb.WITHDRAW: (frozenset({_A, _D, _R, _E, _X}), _W),
}

# what leads to REPAIRED where the record was repaired before an objection
_BACK_TO_REPAIRED: Final = frozenset({Verb.SETTLE.value, Verb.END.value})

# what the act of a department's own source leads to that it may take back, and the act
TAKEN_BACK: Final[dict[RecordState, Verb]] = {_E: Verb.END, _W: Verb.WITHDRAW}

_STATES: Final = {state.value: state for state in RecordState}

_MOST_SEEN: Final = 4096


class Term(Enum):
    """Where a record's publication stands, whatever happened to the record besides."""

    RUNNING = "running"
    """It is published as far as its state admits."""
    OVER = "over"
    """Its term is over: nobody is shown it any more."""
    KEPT = "kept"
    """It is repaired, also below an objection, and published until the minimum period of its rule is over."""


_RUNNING, _OVER, _KEPT = Term.RUNNING, Term.OVER, Term.KEPT
_Said = tuple[str, bytes]


# The constructor is written out: that of a dataclass is not compiled, and takes 2.5 us in place of 0.1 (docs/adr/0032).
# So it is not frozen either; nobody changes one.
@dataclass(slots=True, init=False, repr=False)
class Record:
    """One record as the profile store holds it.

    `seen` are the (verb, content hash) pairs applied so far, `content` the framed event whose
    content counts now, `act` the framed event that last changed the state (empty: none did).
    `reading` is the greatest place in the department's readings of what counts now, `act_reading` that of the end or
    withdrawal that the department's readings gave and that counts now, `before_act` the procedural state before that,
    and before a repair (None: none; news has no such place). `term` lies over all of that: acts and contents change
    the record as if its publication had not ended.
    `transitions` counts the events that changed the state alone, since they are counted (`history`). `disputed_on` is
    the day of the last objection, in days since 1970-01-01 (None: there was none since such days are kept).
    """

    stated: RecordState
    procedural: RecordState | None
    before_dispute: RecordState | None
    revision: int
    source_time: int | None
    received_at: int
    sequence: int
    department: str
    content_hash: bytes
    seen: tuple[tuple[str, bytes], ...]
    content: bytes
    act: bytes
    reading: int | None
    act_reading: int | None
    before_act: RecordState | None
    transitions: int
    term: Term
    disputed_on: int | None

    def __init__(
        self,
        *,
        stated: RecordState,
        procedural: RecordState | None,
        before_dispute: RecordState | None,
        revision: int,
        source_time: int | None,
        received_at: int,
        sequence: int,
        department: str,
        content_hash: bytes,
        seen: tuple[tuple[str, bytes], ...],
        content: bytes = b"",
        act: bytes = b"",
        reading: int | None = None,
        act_reading: int | None = None,
        before_act: RecordState | None = None,
        transitions: int = 0,
        term: Term = _RUNNING,
        disputed_on: int | None = None,
    ) -> None:
        self.stated = stated
        self.procedural = procedural
        self.before_dispute = before_dispute
        self.revision = revision
        self.source_time = source_time
        self.received_at = received_at
        self.sequence = sequence
        self.department = department
        self.content_hash = content_hash
        self.seen = seen
        self.content = content
        self.act = act
        self.reading = reading
        self.act_reading = act_reading
        self.before_act = before_act
        self.transitions = transitions
        self.term = term
        self.disputed_on = disputed_on

    @property
    def standing(self) -> RecordState:
        """The state but for the term: the procedural one if there is one; a withdrawal that is stated beats it."""
        return _W if self.stated is _W else self.procedural or self.stated

    @property
    def state(self) -> RecordState:
        """The state that counts."""
        standing = self.standing
        if self.term is _RUNNING or standing is _W:
            return standing
        if self.term is _OVER:
            return _X
        return self.before_act or self.stated if standing is _R else standing

    def __repr__(self) -> str:
        """Say nothing of what the record is about."""
        return f"<Record {self.state} revision {self.revision}>"


@dataclass(frozen=True, slots=True)
class Moved:
    """The event applies: `record` is the record after it, still without the event's bytes."""

    record: Record
    change: Change
    previous_state: RecordState | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The record already says so.

    `record` is the record after the event where it states the same content at a later source time:
    what the source said in between is outdated, whenever it arrives. Else None: nothing to keep.
    """

    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """The event is older than what the record holds.

    `record` is the record after the event where its content never counted: it is remembered as said before, so that the
    same row of a file that is sent again is not taken for news. Else None: nothing to keep.
    """

    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The verb acts on a record that is not there (yet)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The record's state does not allow the verb."""


Folded = Moved | Duplicate | Stale | Unknown | Conflict

_DUPLICATE, _STALE, _UNKNOWN, _CONFLICT = Duplicate(), Stale(), Unknown(), Conflict()


def fold(record: Record | None, header: Header) -> Folded:
    """Return what the event with this header does to `record` (None: there is none)."""
    if header["verb"] in CONTENT_VERBS:
        return _fold_content(record, header)
    return _fold_act(record, header)


def settled(
    record: Record,
    before: RecordState | None,
    end: int | None,
    today: int,
    *,
    verb: str | None = None,
    taken_back: bool = False,
) -> Record:
    """Return the record with the term that it has today.

    Args:
        record: after what happened to it, with the term of before.
        before: its state before that; None: there was no record.
        end: the first day on which it is not published any more, in days since 1970-01-01; None: it has none.
        today: the city's day, likewise.
        verb: of the event that happened; None: a day did.
        taken_back: it was repaired, and not published any more, at the subject from which it comes.

    """
    over, standing = end is not None and end <= today, record.standing
    if standing is _R:
        # neither a rule that comes later nor the end of an objection shows again what was taken back
        gone = taken_back or before is _R or (verb in _BACK_TO_REPAIRED and record.term is _RUNNING)
        term = _RUNNING if over or end is None or gone else _KEPT
    elif standing is _D and record.before_dispute is _R and record.term is _KEPT and not over:
        term = _KEPT  # so that it is known at the objection's end whether it was taken back
    else:
        # what was withdrawn, or what its department says has expired, needs no end of its own
        term = _OVER if over and standing is not _W and standing is not _X else _RUNNING
    return record if term is record.term else replace(record, term=term)


def remember(record: Record, *said: _Said) -> Record:
    """Return the record with (verb, content hash) pairs added to what it saw; those that it knows are left out."""
    seen = record.seen
    known = set(seen)
    for one in said:
        if one not in known:
            known.add(one)
            seen = _seen_with(seen, one)
    return replace(record, seen=seen)


def without_last_of(seen: tuple[_Said, ...], verb: Verb) -> tuple[_Said, ...]:
    """Forget the last act of a verb among what a record saw: sent once more, it is not a duplicate."""
    last = max((place for place, (said, _) in enumerate(seen) if said == verb), default=len(seen))
    return seen[:last] + seen[last + 1 :]


def _fold_content(record: Record | None, header: Header) -> Folded:
    content_hash = header["content_hash"]
    stated = _STATES[header["state"]]
    if record is None:
        return Moved(
            Record(
                stated=stated,
                procedural=None,
                before_dispute=None,
                revision=1,
                source_time=header["source_time"],
                received_at=header["received_at"],
                sequence=header["sequence"],
                department=header["origin"]["department"],
                content_hash=content_hash,
                seen=((_ISSUE, content_hash),),
                reading=header["reading"],
            ),
            Change.NEW,
            None,
        )
    age = _age(record, header)
    lifted = _lifted(record, header)
    if content_hash == record.content_hash:
        return _said_again(record, header, age, lifted)
    said = (_ISSUE, content_hash)
    if age < 0 or (age == 0 and said in record.seen):
        return _STALE if said in record.seen else Stale(remember(record, said))
    standing = lifted or record
    # written out: this is what happens most to a record that is there, and `replace` takes four times as long
    after = Record(
        stated=stated,
        procedural=standing.procedural,
        before_dispute=standing.before_dispute,
        revision=record.revision + 1,
        source_time=header["source_time"],
        received_at=header["received_at"],
        sequence=header["sequence"],
        department=header["origin"]["department"],
        content_hash=content_hash,
        seen=_seen_with(standing.seen, said),
        content=standing.content,
        act=standing.act,
        reading=_latest_reading(record, header),
        act_reading=standing.act_reading,
        before_act=standing.before_act,
        transitions=standing.transitions,
        term=standing.term,
        disputed_on=standing.disputed_on,
    )
    return Moved(after, Change.AMENDED, record.state)


def _said_again(record: Record, header: Header, age: int, lifted: Record | None) -> Folded:
    if age <= 0:
        return _DUPLICATE
    after = replace(lifted or record, source_time=header["source_time"], reading=_latest_reading(record, header))
    return Duplicate(after) if lifted is None else Moved(after, Change.TRANSITION, record.state)


def _latest_reading(record: Record, header: Header) -> int | None:
    """Return the record's reading after an event that counts: news does not undo the order of the readings."""
    theirs = header["reading"]
    if theirs is None and record.department == header["origin"]["department"]:
        return record.reading
    return theirs


def _lifted(record: Record, header: Header) -> Record | None:
    """Return the record without the act that the source of its department holds no more; None: there is none."""
    theirs, act = header["reading"], record.act_reading
    if (
        not header["lifts"]
        or theirs is None
        or act is None
        or theirs <= act
        or record.procedural is None
        or record.department != header["origin"]["department"]
    ):
        return None
    verb = TAKEN_BACK.get(record.procedural)
    if verb is None:
        return None
    seen = without_last_of(record.seen, verb)
    return replace(record, procedural=record.before_act, act_reading=None, before_act=None, seen=seen)


def _by_reading(record: Record, header: Header, ours: int | None) -> int:
    """Compare an event with what a reading of the same department gave: -1 older, 1 later, 0 unknown.

    Over what no reading has ordered yet, a first load or news, the order of publication decides.
    """
    theirs = header["reading"]
    if theirs is None or ours == theirs or record.department != header["origin"]["department"]:
        return 0
    if ours is None:
        published = (header["received_at"], header["sequence"])
        return -1 if published < (record.received_at, record.sequence) else 1
    return -1 if theirs < ours else 1


# None of these rules is right alone (docs/adr/0008). Arrival: last month's file would undo this month's corrections.
# The source's time: most sources have none. A place on every row: a file that holds an old and a corrected row of one
# decision would change the record twice whenever it is sent again.
def _age(record: Record, header: Header) -> int:
    """Return -1 for an event older than the record's content, 1 for one that states or is known to be later.

    0 means that nothing is known, or that only the order of publication says later.
    """
    by_reading = _by_reading(record, header, record.reading)
    if by_reading:
        return by_reading
    ours, theirs = record.source_time, header["source_time"]
    if ours is not None and theirs is not None and ours != theirs:
        return -1 if theirs < ours else 1
    if record.department == header["origin"]["department"]:
        published = (header["received_at"], header["sequence"])
        if published < (record.received_at, record.sequence):
            return -1
    return 0


def _seen_with(seen: tuple[_Said, ...], said: _Said) -> tuple[_Said, ...]:
    """Add what was said; of more than 4,096 the oldest content is forgotten, so that a record stays writable.

    Acts are kept as long as there is a content to forget: they say where the record stands.
    """
    more = (*seen, said)
    if len(more) <= _MOST_SEEN:
        return more
    oldest = next((place for place, (verb, _) in enumerate(seen) if verb == Verb.ISSUE), 0)
    return more[:oldest] + more[oldest + 1 :]


def _fold_act(record: Record | None, header: Header) -> Folded:
    if record is None:
        return _UNKNOWN
    verb = header["verb"]
    mark = (verb, header["content_hash"])
    allowed, leads_to = _TRANSITIONS[verb]
    state = record.standing
    if mark in record.seen:
        return _DUPLICATE
    # over a content that no reading has ordered an act counts whenever it comes: files hold ends before their entries
    if record.reading is not None and _by_reading(record, header, record.reading) < 0:
        return _STALE
    if state not in allowed:
        return _CONFLICT
    if leads_to is not None:
        # an entry is often repaired first and removed then, and the two come in any order: what is repaired stays so
        repaired = state is _R or (state is _D and record.before_dispute is _R)
        procedural: RecordState | None = _R if verb == Verb.END and repaired else leads_to
    elif verb == Verb.SETTLE:
        procedural = record.before_dispute
    else:
        procedural = record.procedural
    # an objection that the status column itself states is settled by going back to ACTIVE
    stated = _A if verb == Verb.SETTLE and record.stated is _D else record.stated
    after = replace(
        record,
        stated=stated,
        procedural=procedural,
        before_dispute=_before_dispute(record, verb),
        seen=_seen_with(record.seen, mark),
        disputed_on=_said_on(header) if verb == Verb.DISPUTE else record.disputed_on,
    )
    after = _with_act_reading(record, after, header)
    if verb == Verb.REPAIR:
        after = replace(after, before_act=_before_repair(record))
    elif verb == Verb.END and procedural is _R:
        after = replace(after, before_act=_E)
    return Moved(after, Change.TRANSITION, record.state)


def _with_act_reading(record: Record, after: Record, header: Header) -> Record:
    """Keep what the department's source may take back; an act that comes over it keeps it from that."""
    read = header["reading"]
    if after.procedural is record.procedural:
        return after
    if read is None or after.procedural is None or after.procedural not in TAKEN_BACK:
        return after if after.act_reading is None else replace(after, act_reading=None, before_act=None)
    if record.department != header["origin"]["department"]:
        return replace(after, act_reading=None, before_act=None)
    return replace(after, act_reading=read, before_act=record.procedural)


def _said_on(header: Header) -> int:
    moment, received = header["source_time"], header["received_at"]
    return day_number(city_day(received if moment is None else moment))


def _before_repair(record: Record) -> RecordState | None:
    """Return the state in which a record that is repaired stays published: of one repaired before, that before both."""
    before = record.before_dispute if record.standing is _D else record.procedural
    return record.before_act if before is _R else before


def _before_dispute(record: Record, verb: str) -> RecordState | None:
    if verb == Verb.DISPUTE:
        return record.procedural
    return record.before_dispute if verb == Verb.ANNOTATE else None
