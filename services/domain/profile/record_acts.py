"""Acts that the rows of one item perform on records of others: objections, their outcomes, corrections, repairs.

What they do is in docs/record-states.md, why it is so in docs/adr/0021-acts-on-records.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Final, NamedTuple, cast

from creditbus.services.domain.catalogue import ActsOn
from creditbus.services.domain.city_time import day_number
from creditbus.services.domain.event import ID_BYTES, Act, Change, Content, Header, RecordState, Verb
from creditbus.services.domain.normalise import parse_date
from creditbus.services.domain.profile.corrections import read_changes
from creditbus.services.domain.profile.record import Conflict, Duplicate, Folded, Moved, Record, Unknown, fold, remember

__all__ = ["Corrected", "RecordAct", "fold_act", "fold_mark", "is_annotated", "is_corrected", "is_overlaid", "read_act"]

_LAYERS: Final = frozenset({Verb.AMEND.value, Verb.ANNOTATE.value})


class RecordAct(NamedTuple):
    """What a row does to a record of another item.

    `mark` stands for the act's number in what a record has seen, `answers` for that of the objection that it answers
    (empty: none). `item` is the item that the row states, empty where it states none. `statement` is the subject's,
    None where it takes it back, or does not annotate.
    """

    verb: str
    number: str
    mark: bytes
    answers: bytes
    changes: Mapping[str, str | None]
    decided_on: str
    item: str
    statement: str | None

    def __repr__(self) -> str:
        """Say nothing of what it changes."""
        return f"<RecordAct {self.verb}>"


class Corrected(NamedTuple):
    """A record's content under its corrections: its hash, and the state that it states."""

    content_hash: bytes
    stated: RecordState


def read_act(acts_on: ActsOn, verb: str, act: Act, content: Content) -> RecordAct:
    """Read what an examined row does."""
    number, answers = content[acts_on.number] or "", content[acts_on.answers]
    return RecordAct(
        verb=verb,
        number=number,
        mark=_mark(number),
        answers=_mark(answers) if answers else b"",
        changes=(read_changes(content[acts_on.changes] or "") or {}) if verb == Verb.AMEND else {},
        decided_on=act["decided_on"] or "",
        item=content[acts_on.item] or "",
        statement=content[acts_on.statement] if verb == Verb.ANNOTATE and acts_on.statement else None,
    )


def is_corrected(record: Record) -> bool:
    """Tell whether corrections lie over a record's content."""
    return any(verb == Verb.AMEND for verb, _ in record.seen)


def is_annotated(record: Record) -> bool:
    """Tell whether the subject made, or took back, a statement about a record."""
    return any(verb == Verb.ANNOTATE for verb, _ in record.seen)


def is_overlaid(record: Record) -> bool:
    """Tell whether corrections lie over a record's content, or its events carry a statement."""
    return any(verb in _LAYERS for verb, _ in record.seen)


def fold_act(record: Record, act: RecordAct, after: Corrected | None) -> Folded:
    """Return what an act does to a record; `after` is the content under its changes, None for an act without any.

    An act that answers an objection which the record has not seen is `Unknown`: it waits for the objection. A
    correction that answers one settles it, too.
    """
    if (act.verb, act.mark) in record.seen:
        return Duplicate()
    if act.answers and (Verb.DISPUTE, act.answers) not in record.seen:
        return Unknown()
    if act.verb != Verb.AMEND:
        folded = fold_mark(record, act.verb, act.mark)
        return _disputed(folded, act.decided_on) if act.verb == Verb.DISPUTE and isinstance(folded, Moved) else folded
    if after is None:  # intake asks for the changes of a correction, but a publisher may state any verb
        return Conflict()
    if not act.answers:
        return Conflict() if record.state is RecordState.WITHDRAWN else _amend(record, act, after, record, None)
    settled = fold_mark(record, Verb.SETTLE, act.mark)
    return _amend(record, act, after, settled.record, settled) if isinstance(settled, Moved) else settled


def _disputed(moved: Moved, on: str) -> Moved:
    """Keep the day of an objection: the clock of the office that handles it begins on that day."""
    day = parse_date(on)
    return moved if day is None else replace(moved, record=replace(moved.record, disputed_on=day_number(day)))


def fold_mark(record: Record, verb: str, mark: bytes) -> Folded:
    """Return what an act does to a record of which nothing but verb and mark is known, for neither time nor place."""
    header = {"verb": verb, "content_hash": mark, "reading": None, "source_time": None, "received_at": 0}
    return fold(record, cast("Header", header))


def _amend(before: Record, act: RecordAct, after: Corrected, record: Record, moved: Moved | None) -> Folded:
    record = remember(record, (Verb.AMEND.value, act.mark))
    if after.content_hash == record.content_hash:
        # the department says so already; the correction stays for what it may say later
        return Duplicate(record) if moved is None else replace(moved, record=record)
    record = replace(
        remember(record, (Verb.ISSUE.value, after.content_hash)),
        stated=after.stated,
        revision=record.revision + 1,
        content_hash=after.content_hash,
    )
    return Moved(record, Change.AMENDED, before.state)


def _mark(number: str) -> bytes:
    return blake2b(number.encode(), digest_size=ID_BYTES).digest()
