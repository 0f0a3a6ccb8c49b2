"""What must become of the traffic, recomputed from the raw ingest topics by rules written a second time.

Knows only what `traffic` can send: enterprise registrations, penalties, list entries and their removals, successions
and their annulments, codes with a wrong check digit, bytes that are not an event. Shares no code with the services.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from creditbus.topics.registry import UnknownSchemaError
from tests.harness.wire import Observer, digest, ingest_key, partition_of

__all__ = ["Recomputation", "RecordId", "Sent", "Story", "ingest_place", "recompute"]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH = 18
_CONTENT_VERBS = ("ISSUE", "AMEND")
_LEADS_TO = {"END": "EXITED", "WITHDRAW": "WITHDRAWN"}


class RecordId(NamedTuple):
    subject: str
    item: str
    authority: str
    document_no: str


class Sent(NamedTuple):
    """One published event, as much of it as tells it from others."""

    place: tuple[str, int, int]
    """Topic, partition and offset of its receipt."""
    name: RecordId
    """Of its record; the subject is the code that the event gives."""
    verb: str
    by_old_code: bool
    content: bytes
    """Digest of the content."""
    said: bytes
    """Digest of act, claim and content."""
    whole: dict[str, Any] | None = None
    """Of a succession: the event."""

    @property
    def department(self) -> str:
        return self.place[0].removeprefix("ingest.")


@dataclass(slots=True)
class Story:
    """All events of one record, in the order of their publication."""

    events: list[Sent] = field(default_factory=list)

    @property
    def contents(self) -> list[bytes]:
        """Its different contents, by first appearance: what is sent again changes nothing."""
        found: list[bytes] = []
        for sent in self.events:
            if sent.verb in _CONTENT_VERBS and sent.content not in found:
                found.append(sent.content)
        return found

    @property
    def acts(self) -> list[str]:
        """Its different acts."""
        return list(dict.fromkeys(sent.verb for sent in self.events if sent.verb not in _CONTENT_VERBS))

    @property
    def ordered(self) -> bool:
        """Whether the order of publication decides all: an event by an old code may be overtaken on its longer way."""
        return len(self.contents) < 2 or not any(sent.by_old_code for sent in self.events)

    @property
    def mixed(self) -> bool:
        """Whether it names its subject now by an old code, now by the unified one."""
        return len({sent.by_old_code for sent in self.events}) > 1

    @property
    def state(self) -> str:
        return _LEADS_TO[self.acts[-1]] if self.acts else "ACTIVE"

    def changes(self) -> list[tuple[str, int]]:
        """Kind of change and revision, one after the other (`ordered` only)."""
        if not self.contents:
            return []
        found: list[tuple[str, int]] = []
        seen: list[bytes] = []
        acts: list[str] = []
        waiting: list[str] = []
        for sent in self.events:
            if sent.verb not in _CONTENT_VERBS:
                if sent.verb not in acts:
                    acts.append(sent.verb)
                    waiting.append(sent.verb)
            elif sent.content not in seen:
                seen.append(sent.content)
                found.append(("AMENDED" if found else "NEW", len(seen)))
            if seen:
                found += [("TRANSITION", len(seen)) for _ in waiting]
                waiting.clear()
        return found


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
    waiting: set[tuple[RecordId, str, bytes]] = field(default_factory=set)
    """What waits, by record, verb and what is said: sent again, it does not wait twice."""

    def waits(self, sent: Sent) -> bool:
        """Let an event wait; return whether it is the first that says so."""
        said = (sent.name, sent.verb, sent.said)
        first = said not in self.waiting
        self.waiting.add(said)
        return first


def recompute(observer: Observer) -> Recomputation:
    """Read the ingest topics again."""
    result = Recomputation()
    admitted: list[Sent] = []
    for record in observer.of("ingest."):
        department = record.place.topic.removeprefix("ingest.")
        place = (*record.place, record.offset)
        result.counts[department]["received"] += 1
        event = _decoded(observer, record.value or b"")
        sent = event if isinstance(event, str) else _sent(place, event)
        if isinstance(sent, str):
            result.rejected[place] = (sent, record.value or b"")
            result.counts[department][f"rejected {sent}"] += 1
        else:
            admitted.append(sent)
    registered = {sent.name.subject for sent in admitted if sent.name.item == "enterprise-registration"}
    owners = {code[8:17]: code for code in registered}
    for sent in admitted:
        _place(result, sent, registered, owners)
    for story in result.stories.values():
        _count(result, story)
    result.told = {name: story for name, story in result.stories.items() if story.contents}
    return result


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


def _sent(place: tuple[str, int, int], event: dict[str, Any]) -> Sent | str:
    """Keep what matters of an event, or say why it is refused."""
    header, code = event["header"], event["claim"]["uscc"]
    if not _right(code):
        return "ID_CHECK_DIGIT"
    name = RecordId(code, header["item"], header["authority"], header["document_no"])
    whole = event if header["item"] == "subject-succession" else None
    old = len(code) != _USCC_LENGTH or (whole is not None and len(event["content"]["HSDM"]) != _USCC_LENGTH)
    return Sent(place, name, header["verb"], old, digest(event["content"]), _said(event), whole)


def _said(event: dict[str, Any]) -> bytes:
    return digest(*(event[part] for part in ("act", "claim", "content")))


def _right(code: str) -> bool:
    if len(code) != _USCC_LENGTH:
        return True
    total = sum(_ALPHABET.index(character) * 3**place for place, character in enumerate(code[:-1]))
    return _ALPHABET[-total % 31] == code[-1]


def _place(result: Recomputation, sent: Sent, registered: set[str], owners: dict[str, str]) -> None:
    code, counts = sent.name.subject, result.counts[sent.department]
    if sent.whole is not None:
        _place_both(result, sent, sent.whole, registered, owners)
    elif sent.by_old_code and code not in owners:
        first = result.waits(sent)
        result.parked_codes += first
        counts["parked" if first else "decided"] += 1
    elif not sent.by_old_code and code not in registered:
        first = result.waits(sent)
        result.parked_subjects += first
        counts["parked" if first else "decided"] += 1
    else:
        name = sent.name._replace(subject=owners[code]) if sent.by_old_code else sent.name
        result.stories.setdefault(name, Story()).events.append(sent)


def _place_both(
    result: Recomputation, sent: Sent, event: dict[str, Any], registered: set[str], owners: dict[str, str]
) -> None:
    """A succession is a record of each subject, with the same content; the predecessor's counts."""
    given = event["content"]["HSDM"]
    first, second = (code if len(code) == _USCC_LENGTH else owners.get(code) for code in (sent.name.subject, given))
    if first is None or second is None:
        is_new = result.waits(sent)
        result.parked_codes += is_new
        result.counts[sent.department]["parked" if is_new else "decided"] += 1
        return
    content = {**event["content"], "QSDM": first, "HSDM": second}
    notice = sent.name.document_no.removesuffix(f"→{given}")
    named = {**dict.fromkeys(event["claim"]), "uscc": given}
    for subject, number, claim in ((first, f"{notice}→{second}", event["claim"]), (second, f"{notice}←{first}", named)):
        name = sent.name._replace(subject=subject, document_no=number)
        said = _said({**event, "claim": claim, "content": content})
        one = sent._replace(name=name, content=digest(content), said=said)
        if subject in registered:
            result.stories.setdefault(name, Story()).events.append(one)
        else:
            is_new = result.waits(one)
            result.parked_subjects += is_new
            if subject == first:
                result.counts[sent.department]["parked" if is_new else "decided"] += 1


def _count(result: Recomputation, story: Story) -> None:
    if "←" in story.events[0].name.document_no:
        return  # the second record of its rows
    counts = result.counts[story.events[0].department]
    held = 0 if story.contents else len(story.acts)
    counts["held"] += held
    counts["decided"] += len(story.events) - held
