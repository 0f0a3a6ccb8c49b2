"""What must become of the traffic, recomputed from the raw ingest topics by rules written a second time.

Knows only what `traffic`, `consent_story` and `code_story` can send: enterprise registrations, which may be withdrawn
and come again, or give a number to another subject, penalties, tax grades, list entries and their removals, successions
and their annulments, consents, codes with a wrong check digit, bytes that are not an event. Shares no code with the
services.

One thing no rule tells: which events were there before a subject's last registration was withdrawn, for registrations
and other records come by different partitions. Of a subject that was registered and is no more, what waits is taken
from the profiles' changelog; that nothing of a record overtook it is checked (`Recomputation.overtaken`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from creditbus.topics.registry import UnknownSchemaError
from tests.harness.changelog import replay
from tests.harness.record_story import CONTENT_VERBS, NOBODY, Facts, RecordId, Sent, Step, Story
from tests.harness.wire import Observer, digest, ingest_key, partition_of

__all__ = [
    "CONTENT_VERBS",
    "NOBODY",
    "REGISTRATION",
    "Facts",
    "Recomputation",
    "RecordId",
    "Sent",
    "Step",
    "Story",
    "ingest_place",
    "recompute",
]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH = 18
_UNTIL = ("CF_GSJZQ", "SQJZRQ")
"""Columns of the last day."""
REGISTRATION = "enterprise-registration"


@dataclass(slots=True)
class Recomputation:
    """The true outcomes."""

    rejected: dict[tuple[str, int, int], tuple[str, bytes]] = field(default_factory=dict)
    """(topic, partition, offset) to reason and original bytes."""
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By department: received, parked, held, decided (applied, duplicate or stale)."""
    stories: dict[RecordId, Story] = field(default_factory=dict)
    parked_codes: int = 0
    """Events that wait for the owner of an old code."""
    parked_subjects: int = 0
    """Events that wait for a registration."""
    told: dict[RecordId, Story] = field(default_factory=dict)
    """Records that exist: their content came."""
    numbered: set[str] = field(default_factory=set)
    """Subjects to which the register gave a number at some time."""
    registrations: defaultdict[str, dict[RecordId, Story]] = field(default_factory=lambda: defaultdict(dict))
    """Records that register a subject."""
    waiting: set[tuple[RecordId, str, bytes]] = field(default_factory=set)
    """What waits, by record, verb and what is said: sent again, it does not wait twice."""
    waiting_records: set[RecordId] = field(default_factory=set)
    """Records of which something waits that names its subject by the unified code."""
    overtaken: list[RecordId] = field(default_factory=list)
    """Records of which an event was applied, and one before it waits."""

    def waits(self, sent: Sent, said: bytes) -> bool:
        """Let an event wait; return whether it is the first that says so."""
        known = (sent.name, sent.verb, said)
        first = known not in self.waiting
        self.waiting.add(known)
        if not sent.by_old_code:
            self.waiting_records.add(sent.name)
        return first

    def standing(self, subject: str) -> list[Story]:
        """Registrations of a subject that are not withdrawn."""
        return [story for story in self.registrations[subject].values() if story.state != "WITHDRAWN"]


class _Waiting(NamedTuple):
    """Which events wait for a registration."""

    free: Collection[str]
    """Items whose events need none."""
    known: set[str]
    """Subjects that were registered at some time."""
    registered: set[str]
    """Subjects that are."""
    places: set[tuple[tuple[str, int, int], str]]
    """Of the others that were: what waits, by the place of its receipt, and the subject."""
    said: set[tuple[RecordId, str, bytes]]
    """The same by record, verb and content."""
    applied: set[tuple[tuple[str, int, int], str]]
    """What of theirs was applied, or waits for its record, by place and subject."""


def recompute(observer: Observer, free: Collection[str] = ()) -> Recomputation:
    """Read the ingest topics again.

    Args:
        observer: has seen everything.
        free: items that admit unregistered subjects; of the shipped catalogue none does.

    """
    result = Recomputation()
    admitted: list[Sent] = []
    for record in observer.of("ingest."):
        department = record.place.topic.removeprefix("ingest.")
        place = (*record.place, record.offset)
        result.counts[department]["received"] += 1
        event = _decoded(observer, record.value or b"")
        sent = event if isinstance(event, str) else _sent(place, event, record.value or b"")
        if isinstance(sent, str):
            result.rejected[place] = (sent, record.value or b"")
            result.counts[department][f"rejected {sent}"] += 1
        else:
            admitted.append(sent)
    waiting = _who_waits(observer, result, admitted, free)
    result.numbered = {sent.name.subject for sent in admitted if sent.number}
    owners = _owners(result, admitted)
    for sent in admitted:
        _place(result, sent, waiting, owners)
    for story in result.stories.values():
        _count(result, story)
    result.told = {name: story for name, story in result.stories.items() if story.contents}
    return result


def _owners(result: Recomputation, admitted: list[Sent]) -> dict[str, str]:
    """Return whose each old code is; a number that registrations of several subjects give is nobody's."""
    numbered: defaultdict[str, set[str]] = defaultdict(set)
    for subject in result.registrations:
        for story in result.standing(subject):
            numbered[story.number or ""].add(subject)
    return {number: subjects.pop() for number, subjects in numbered.items() if number and len(subjects) == 1} | {
        code: sent.name.subject for sent in admitted if sent.name.item == REGISTRATION for code in _old(sent)
    }


def _old(sent: Sent) -> tuple[str, str]:
    """The organisation code and the tax number that a unified code holds."""
    return sent.name.subject[8:17], sent.name.subject[2:17]


def _who_waits(observer: Observer, result: Recomputation, admitted: list[Sent], free: Collection[str]) -> _Waiting:
    for sent in admitted:
        if sent.name.item == REGISTRATION:
            result.registrations[sent.name.subject].setdefault(sent.name, Story()).events.append(sent)
    for subject, stories in list(result.registrations.items()):
        result.registrations[subject] = {name: story for name, story in stories.items() if story.contents}
    known = {subject for subject, stories in result.registrations.items() if stories}
    registered = {subject for subject in known if result.standing(subject)}
    found = _Waiting({REGISTRATION, *free}, known, registered, set(), set(), set())
    if known != registered:
        _look(observer, found)
    return found


def _look(observer: Observer, found: _Waiting) -> None:
    """See what waits of subjects that are registered no more, and what was applied before."""
    for number in range(observer.partitions):
        for key, value in replay(observer, "credit.records", number).items():
            if key.startswith(b"q|"):
                event = observer.wire.decode(value)
                header = event["header"]
                found.places.add((ingest_place(event, observer.partitions), header["subject"]))
                name = RecordId(*(header[part] for part in RecordId._fields))
                found.said.add((name, header["verb"], digest(event["content"])))
            elif key.startswith(b"h|"):
                for event in map(observer.wire.decode, _apart(value)):
                    found.applied.add((ingest_place(event, observer.partitions), event["header"]["subject"]))
    gone = {subject.encode() for subject in found.known - found.registered}
    for record in observer.of("credit.changes"):
        if record.key in gone:
            event = observer.wire.decode(record.value)
            found.applied.add((ingest_place(event, observer.partitions), event["header"]["subject"]))


def _apart(value: bytes) -> Iterator[bytes]:
    """Take apart what waits for one record: each event after its length."""
    place = 0
    while place < len(value):
        after = place + 4 + int.from_bytes(value[place : place + 4], "big")
        yield value[place + 4 : after]
        place = after


def ingest_place(event: dict[str, Any], partitions: int) -> tuple[str, int, int]:
    """Topic, partition and offset at which the bus says that it received an event."""
    header = event["header"]
    return f"ingest.{header['origin']['department']}", partition_of(ingest_key(header), partitions), header["sequence"]


def _decoded(observer: Observer, value: bytes) -> dict[str, Any] | str:
    """Read an event, or say why it cannot be."""
    if value[:1] != b"\0":
        return "FORMAT_UNDECODABLE"
    try:
        return observer.wire.decode(value)
    except UnknownSchemaError:
        return "FORMAT_UNKNOWN_SCHEMA"


def _sent(place: tuple[str, int, int], event: dict[str, Any], value: bytes) -> Sent | str:
    """Keep what matters of an event, or say why it is refused."""
    header, claim = event["header"], event["claim"]
    code = claim["uscc"] or claim["tax_no"] or claim["registration_no"]
    if not _right(code):
        return "ID_CHECK_DIGIT"
    name = RecordId(code, header["item"], header["authority"], header["document_no"])
    whole = event if header["item"] == "subject-succession" else None
    old = len(code) != _USCC_LENGTH or (whole is not None and len(event["content"]["HSDM"]) != _USCC_LENGTH)
    facts = None
    if name.item == REGISTRATION:
        facts = Facts(True, event["content"]["ENTNAME"] or "", event["content"]["DOMDISTRICT"] or "")
    said = _said(event)
    content, until = digest(event["content"]), next(filter(None, map(event["content"].get, _UNTIL)), None)
    last = None if until is None else date.fromisoformat(until)
    number = claim["registration_no"] if facts is not None else None
    time = header["source_time"]
    return Sent(
        place, name, header["verb"], old, content, said, header["state"], value, facts, whole, last, number, time
    )


def _said(event: dict[str, Any]) -> bytes:
    return digest(*(event[part] for part in ("act", "claim", "content")))


def _right(code: str) -> bool:
    if len(code) != _USCC_LENGTH:
        return True
    total = sum(_ALPHABET.index(character) * 3**place for place, character in enumerate(code[:-1]))
    return _ALPHABET[-total % 31] == code[-1]


def _place(result: Recomputation, sent: Sent, waiting: _Waiting, owners: dict[str, str]) -> None:
    code = sent.name.subject
    if sent.whole is not None:
        _place_both(result, sent, sent.whole, waiting, owners)
    elif sent.by_old_code and code not in owners:
        _park_code(result, sent)
    else:
        name = sent.name._replace(subject=owners[code]) if sent.by_old_code else sent.name
        _settle(result, sent._replace(name=name), waiting, counts=True)


def _park_code(result: Recomputation, sent: Sent) -> None:
    first = result.waits(sent, sent.said)
    result.parked_codes += first
    result.counts[sent.department]["parked" if first else "decided"] += 1


def _settle(result: Recomputation, sent: Sent, waiting: _Waiting, *, counts: bool) -> None:
    """Let an event of a known subject wait, or add it to the story of its record; `counts`: it stands for its row."""
    if _needs_registration(sent, waiting):
        # one that repeats what was applied before its subject lost its registration does not wait itself
        first = not _repeats(result, sent, waiting) and result.waits(sent, sent.content)
        result.parked_subjects += first
        if counts:
            result.counts[sent.department]["parked" if first else "decided"] += 1
        return
    story = result.stories.setdefault(sent.name, Story())
    story.events.append(sent)
    if sent.name in result.waiting_records and not story.mixed and not sent.by_old_code:
        result.overtaken.append(sent.name)


def _repeats(result: Recomputation, sent: Sent, waiting: _Waiting) -> bool:
    story = result.stories.get(sent.name)
    if story is None or (sent.place, sent.name.subject) in waiting.places:
        return False
    return any((known.verb, known.content) == (sent.verb, sent.content) for known in story.events)


def _needs_registration(sent: Sent, waiting: _Waiting) -> bool:
    subject = sent.name.subject
    if sent.name.item in waiting.free or subject in waiting.registered:
        return False
    if subject not in waiting.known or (sent.place, subject) in waiting.places:
        return True
    # one that waits does not wait again, whichever of them came first
    return (sent.name, sent.verb, sent.content) in waiting.said and (sent.place, subject) not in waiting.applied


def _place_both(
    result: Recomputation, sent: Sent, event: dict[str, Any], waiting: _Waiting, owners: dict[str, str]
) -> None:
    """A succession is a record of each subject, with the same content; the predecessor's counts."""
    given = event["content"]["HSDM"]
    first, second = (code if len(code) == _USCC_LENGTH else owners.get(code) for code in (sent.name.subject, given))
    if first is None or second is None:
        _park_code(result, sent)
        return
    content = {**event["content"], "QSDM": first, "HSDM": second}
    notice = sent.name.document_no.removesuffix(f"→{given}")
    named = {**dict.fromkeys(event["claim"]), "uscc": given}
    header = event["header"]
    sides = (
        (first, f"{notice}→{second}", header["subject_name"], event["claim"]),
        (second, f"{notice}←{first}", content["HSMC"] or "", named),
    )
    for subject, number, called, claim in sides:
        whole = {**event, "header": {**header, "subject_name": called}, "claim": claim, "content": content}
        name = sent.name._replace(subject=subject, document_no=number)
        one = sent._replace(name=name, content=digest(content), said=_said(whole), whole=whole)
        _settle(result, one, waiting, counts=subject == first)


def _count(result: Recomputation, story: Story) -> None:
    if "←" in story.events[0].name.document_no:
        return  # the second record of its rows
    counts = result.counts[story.events[0].department]
    held = 0 if story.contents else len(story.acts)
    counts["held"] += held
    counts["decided"] += len(story.events) - held
