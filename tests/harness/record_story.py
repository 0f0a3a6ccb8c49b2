"""The events of one record, and what they make of it, one after the other: the rules, written a second time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

__all__ = ["CONTENT_VERBS", "NOBODY", "Facts", "RecordId", "Sent", "Step", "Story"]

CONTENT_VERBS = ("ISSUE", "AMEND")
_LEADS_TO = {"END": "EXITED", "WITHDRAW": "WITHDRAWN", "REPAIR": "REPAIRED", "DISPUTE": "DISPUTED"}


class RecordId(NamedTuple):
    subject: str
    item: str
    authority: str
    document_no: str


class Facts(NamedTuple):
    """What a registration says of its subject."""

    registered: bool
    name: str
    district: str


NOBODY = Facts(registered=False, name="", district="")


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
    stated: str
    """The state that the content itself states."""
    value: bytes
    """As published."""
    facts: Facts | None = None
    """Of a registration."""
    whole: dict[str, Any] | None = None
    """Of a succession: the event, with the codes that its record holds."""
    until: date | None = None
    """The last day of publication that the content states; what the traffic tells is over by no other rule."""

    @property
    def department(self) -> str:
        return self.place[0].removeprefix("ingest.")


class Step(NamedTuple):
    """What an event does to its record."""

    change: str
    revision: int
    state: str
    sent: Sent


@dataclass(slots=True)
class Story:
    """All events of one record, in the order of their publication."""

    events: list[Sent] = field(default_factory=list)

    @property
    def contents(self) -> list[bytes]:
        """Its different contents, by first appearance: what is sent again changes nothing."""
        found: list[bytes] = []
        for sent in self.events:
            if sent.verb in CONTENT_VERBS and sent.content not in found:
                found.append(sent.content)
        return found

    @property
    def acts(self) -> list[str]:
        """Its different acts."""
        return list(dict.fromkeys(sent.verb for sent in self.events if sent.verb not in CONTENT_VERBS))

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
        """The state in the end: a withdrawal that the content states lies over every act."""
        return _state(self._last_content.stated if self.contents else "ACTIVE", self.acts)

    def state_on(self, on: date | None) -> str:
        """Return the state in the end, on a day; None: on one on which nothing has ended."""
        over = self.contents and self.is_over(on) and self.state != "WITHDRAWN"
        return "EXPIRED" if over else self.state

    def is_over(self, on: date | None) -> bool:
        """Tell whether the publication has ended on a day."""
        until = self._last_content.until
        return on is not None and until is not None and until < on

    @property
    def facts(self) -> Facts:
        """What a registration that counts says of its subject."""
        facts = self._last_content.facts
        assert facts is not None
        return facts

    @property
    def _last_content(self) -> Sent:
        last = self.contents[-1]
        return next(sent for sent in self.events if sent.verb in CONTENT_VERBS and sent.content == last)

    def steps(self) -> list[Step]:
        """What changes it, one after the other (`ordered` only)."""
        if not self.contents:
            return []
        found: list[Step] = []
        seen: list[bytes] = []
        acts: list[str] = []
        waiting: list[Sent] = []
        stated = ""
        for sent in self.events:
            if sent.verb not in CONTENT_VERBS:
                if sent.verb not in [*acts, *(other.verb for other in waiting)]:
                    waiting.append(sent)
            elif sent.content not in seen:
                seen.append(sent.content)
                stated = sent.stated
                found.append(Step("AMENDED" if found else "NEW", len(seen), _state(stated, acts), sent))
            if seen:
                for act in waiting:
                    acts.append(act.verb)
                    found.append(Step("TRANSITION", len(seen), _state(stated, acts), act))
                waiting.clear()
        return found


def _state(stated: str, acts: list[str]) -> str:
    return _LEADS_TO[acts[-1]] if acts and stated != "WITHDRAWN" else stated
