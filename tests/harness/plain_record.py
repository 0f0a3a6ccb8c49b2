"""One record, by the words of docs/record-states.md: plain texts, dates and a table of publication periods."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

__all__ = ["Content", "PlainRecord", "Row"]

_PENALTY, _CONSENT = "administrative-penalty", "subject-consent"
_EVER = date(9999, 1, 1)
_CLASSES = {"警告": 0, "罚款": 1, "责令停产停业": 2}
_PERIODS = (
    # first and last day of a rule; months of the minimum and of the maximum, by the class above
    (date(2023, 5, 1), date(2026, 3, 31), ((3, 36), (3, 36), (3, 36))),
    (date(2026, 4, 1), _EVER, ((0, 3), (3, 12), (12, 36))),
)
_ALLOWED = {
    "DISPUTE": ("ACTIVE", "EXITED", "REPAIRED"),
    "SETTLE": ("DISPUTED",),
    "ANNOTATE": ("ACTIVE", "DISPUTED", "REPAIRED", "EXITED"),
    "END": ("ACTIVE", "DISPUTED", "REPAIRED"),
    "REPAIR": ("ACTIVE", "DISPUTED", "EXITED"),
    "WITHDRAW": ("ACTIVE", "DISPUTED", "REPAIRED", "EXITED"),
}
_LEADS_TO = {"DISPUTE": "DISPUTED", "END": "EXITED", "REPAIR": "REPAIRED", "WITHDRAW": "WITHDRAWN"}

Content = tuple[tuple[str, str | None], ...]


class Row(NamedTuple):
    """What a department publishes. What is equal says the same."""

    code: str
    """How it names its subject; a unified code has 18 characters."""
    subject: str
    item: str
    authority: str
    document: str
    verb: str
    content: Content
    name: str = ""
    time: int | None = None
    stated: str = "ACTIVE"
    number: str = ""
    """Of an act by the credit office; empty: the record's own department says it."""
    answers: str = ""
    day: date | None = None
    text: str | None = None

    @property
    def key(self) -> str:
        """Of its record, as feeds have it."""
        return f"{self.subject}|{self.item}|{self.authority}|{self.document}"


@dataclass
class PlainRecord:
    """One record, and what was ever said of it since the past was forgotten last."""

    item: str
    content: Content | None = None
    last: Content = ()
    """What the last event that changed it says."""
    name: str = ""
    time: int | None = None
    revision: int = 0
    stated: str = "ACTIVE"
    standing: str = "ACTIVE"
    before_dispute: str = "ACTIVE"
    before_repair: str = "ACTIVE"
    statement: str | None = None
    stated_on: date = date.min
    """Day of the statement that counts."""
    seen: set[Any] = field(default_factory=set)
    held: dict[str, list[Row]] = field(default_factory=lambda: {"own": [], "office": []})
    past: list["PlainRecord"] = field(default_factory=list)

    def state(self, on: date, of: "PlainRecord | None" = None) -> str:
        """Return what everybody sees on a day; `of`: whose content it has."""
        if "WITHDRAWN" in (self.stated, self.standing):
            return "WITHDRAWN"
        if self.standing != "REPAIRED":
            standing = self.stated if self.standing == "ACTIVE" else self.standing
            return "EXPIRED" if (of or self)._end(minimum=False) <= on else standing
        over = min((of or self)._end(minimum=which) for which in (False, True)) <= on
        return "REPAIRED" if over else self.before_repair

    def _end(self, *, minimum: bool) -> date:
        """Return the first day on which it is not published any more, or of which its minimum period is over."""
        content = dict(self.content or ())
        if self.item == _CONSENT:
            return date.fromisoformat(content["SQJZRQ"] or "") + timedelta(1)
        if self.item != _PENALTY:
            return date.min if minimum else _EVER
        until = content["CF_GSJZQ"]
        ends = [_EVER] if minimum or until is None else [date.fromisoformat(until) + timedelta(1)]
        decided, kind = date.fromisoformat(content["CF_JDRQ"] or ""), _CLASSES[content["CF_CFLB"] or ""]
        for first, last, months in _PERIODS:
            day = max(first, _after(decided, months[kind][0 if minimum else 1]) + timedelta(1))
            if day <= last:
                ends.append(day)
        return min(ends)

    def forget(self) -> None:
        """Let what is now be all that ever was."""
        self.past.clear()
        self._remember()

    def _remember(self) -> None:
        self.past.append(replace(self, seen=set(), held={}, past=[]))

    # -- rows -----------------------------------------------------------------------------------

    def take(self, row: Row, outcomes: Counter[str]) -> None:
        """Take a row of it; `outcomes` counts what comes of it, and of those that waited for it."""
        held = self._content(row, outcomes) if row.verb == "ISSUE" else self._act(row, outcomes)
        outcomes["held"] += held
        self._remember()

    def _content(self, row: Row, outcomes: Counter[str]) -> int:
        times = (row.time, self.time) if self.content is not None else (None, None)
        newer, older = (None not in times and times[one] > times[1 - one] for one in (0, 1))  # type: ignore[operator] # neither is None
        if row.content == self.content:
            self.time = row.time if newer else self.time
        elif older or (row.content in self.seen and not newer):
            self.seen.add(row.content)
        else:
            first = self.content is None
            self.content = self.last = row.content
            self.name, self.time, self.stated = row.name, row.time, row.stated
            self.revision += 1
            self.seen.add(row.content)
            if first:
                self._remember()
                self._release("own", outcomes)
                self._release("office", outcomes)
        return 0

    def _act(self, row: Row, outcomes: Counter[str]) -> int:
        """Take an act; return 1 if it is held."""
        by, mark = ("office" if row.number else "own"), (row.verb, row.number or row.content)
        if self.content is None or (
            row.answers and ("DISPUTE", row.answers) not in self.seen and mark not in self.seen
        ):
            if row in self.held[by]:
                return 0
            self.held[by].append(row)
            return 1
        if mark in self.seen:
            return 0
        if self.standing not in _ALLOWED[row.verb] or self.stated == "WITHDRAWN":
            outcomes["rejected"] += 1
            return 0
        self.seen.add(mark)
        if row.verb == "ANNOTATE":
            assert row.day is not None
            if row.day < self.stated_on:
                return 0
            self.statement, self.stated_on = row.text, row.day
        else:
            self._step(row.verb)
        self.last = self.content if row.number else row.content
        self.name = self.name if row.number else row.name
        if row.verb == "DISPUTE" and row.number:
            self._release("office", outcomes)
        return 0

    def _step(self, verb: str) -> None:
        if verb == "SETTLE":
            self.standing = self.before_dispute
        elif verb == "END" and "REPAIRED" in (self.standing, self.standing == "DISPUTED" and self.before_dispute):
            self.standing, self.before_repair = "REPAIRED", "EXITED"
        else:
            if verb == "DISPUTE":
                self.before_dispute = self.standing
            elif verb == "REPAIR":
                before = self.before_dispute if self.standing == "DISPUTED" else self.standing
                self.before_repair = self.before_repair if before == "REPAIRED" else before
            self.standing = _LEADS_TO[verb]

    def _release(self, by: str, outcomes: Counter[str]) -> None:
        waiting, self.held[by] = self.held[by], []
        for row in waiting:
            held = self._act(row, outcomes)
            outcomes["held"] += held - 1
            self._remember()


def _after(day: date, months: int) -> date:
    """Return the day of the same number some months later, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))
