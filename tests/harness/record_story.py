"""The events of one record, and what they make of it, one after the other: the rules, written a second time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

__all__ = ["CONTENT_VERBS", "NOBODY", "Facts", "RecordId", "Sent", "Step", "Story"]

CONTENT_VERBS = ("ISSUE", "AMEND")
_SETTLE = "SETTLE"
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
    number: str | None = None
    """Of a registration: the registration number that it gives its subject."""
    time: int | None = None
    """When it was said, where the source says so."""

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
        """What it came to say, one after the other."""
        return [sent.content for sent in self._news()]

    def _news(self) -> list[Sent]:
        """Return the contents that counted: what was said before, or is sent again, changes nothing."""
        found: list[Sent] = []
        seen: set[bytes] = set()
        time: int | None = None
        for sent in self.events:
            if sent.verb not in CONTENT_VERBS:
                continue
            timed = time is not None and sent.time is not None
            newer, older = timed and sent.time > time, timed and sent.time < time  # type: ignore[operator] # neither is None
            if found and sent.content == found[-1].content:
                time = sent.time if newer else time
            elif not older and (newer or sent.content not in seen):
                found.append(sent)
                time = sent.time
            seen.add(sent.content)
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
        return on is not None and self.contents != [] and _is_over(self._last_content, on)

    def is_over_by(self, content: bytes, on: date | None) -> bool:
        """Tell whether the publication of a content that it had had ended on a day."""
        said = (sent for sent in self.events if sent.content == content)
        return on is not None and any(_is_over(sent, on) for sent in said)

    @property
    def facts(self) -> Facts:
        """What a registration that counts says of its subject."""
        facts = self._last_content.facts
        assert facts is not None
        return facts

    @property
    def _last_content(self) -> Sent:
        return self._news()[-1]

    @property
    def number(self) -> str | None:
        """The registration number that a registration which counts gives its subject."""
        return self._last_content.number

    def steps(self) -> list[Step]:
        """What changes it, one after the other (`ordered` only)."""
        if not self.contents:
            return []
        found: list[Step] = []
        news, revision = {id(sent) for sent in self._news()}, 0
        acts: list[str] = []
        waiting: list[Sent] = []
        stated = ""
        for sent in self.events:
            if sent.verb not in CONTENT_VERBS:
                if sent.verb not in [*acts, *(other.verb for other in waiting)]:
                    waiting.append(sent)
            elif id(sent) in news:
                revision += 1
                stated = sent.stated
                found.append(Step("AMENDED" if found else "NEW", revision, _state(stated, acts), sent))
            if revision:
                for act in waiting:
                    acts.append(act.verb)
                    found.append(Step("TRANSITION", revision, _state(stated, acts), act))
                waiting.clear()
        return found


def _state(stated: str, acts: list[str]) -> str:
    if not acts or stated == "WITHDRAWN":
        return stated
    # in this traffic no act came before an objection
    return stated if acts[-1] == _SETTLE else _LEADS_TO[acts[-1]]


def _is_over(sent: Sent, on: date) -> bool:
    return sent.until is not None and sent.until < on
