"""Which consents of a subject count for a record on a day: the rules, written a second time.

A consent counts as long as its record is ACTIVE, from its first day to its last, for the items that it names; one that
names none is for all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tests.harness.problem import WRONG, Problem

__all__ = ["CONSENT", "TURNS", "ConsentsSaid", "ConsentsWatch", "given", "pairs"]

CONSENT = "subject-consent"

_GIVEN, _REVOKED, _RUN_OUT = "consent given", "consent revoked", "consent run out"
TURNS = (_GIVEN, _REVOKED, _RUN_OUT)
"""What becomes of consents wherever there are any."""
_STATES = {"EXITED": _REVOKED, "DISPUTED": "consent disputed", "WITHDRAWN": "consent withdrawn"}

Content = Mapping[str, str | None]


def given(said: Iterable[tuple[str, Content]], item: str, on: date) -> set[tuple[str, str]]:
    """Return to whom and what for, by states and contents of the subject's consents."""
    return set(_given(said, item, on.isoformat()))


def _given(said: Iterable[tuple[str, Content]], item: str, today: str) -> Iterator[tuple[str, str]]:
    for state, content in said:
        first, last, items = (content[name] or "" for name in ("SQQSRQ", "SQJZRQ", "SQSX"))
        if state == "ACTIVE" and first <= today <= last and (not items or item in items.split(";")):
            yield content["BSQJGDM"] or "", content["CXYT"] or ""


def pairs(said: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the same as `applied` and `before` of a change say it."""
    return {(one["receiver"], one["purpose"]) for one in said["consents"]}


class ConsentsSaid:
    """What the consents of all subjects say, change after change."""

    def __init__(self) -> None:
        self._said: defaultdict[str, dict[tuple[str, str], tuple[str, Content]]] = defaultdict(dict)

    def take(self, change: Mapping[str, Any]) -> None:
        """Read a decoded change."""
        header = change["header"]
        if header["item"] == CONSENT:
            record = header["authority"], header["document_no"]
            self._said[header["subject"]][record] = header["applied"]["state"], change["content"]

    def has(self, subject: str) -> bool:
        """Tell whether anything was said of a subject's consents."""
        return subject in self._said

    def given(self, subject: str, item: str, on: date) -> set[tuple[str, str]]:
        """Return what counts for a subject's records of an item on a day."""
        return given(self._said[subject].values(), item, on)


class ConsentsWatch:
    """Of one lane: each change says the consents that count, on the lane's day, which never goes back.

    Args:
        days: those that there were, one after the other.

    Attributes:
        turns: what became of consents, counted.

    """

    def __init__(self, days: Sequence[date]) -> None:
        self.turns: Counter[str] = Counter()
        self._days = list(days)
        self._said = ConsentsSaid()

    def hold(self, change: Mapping[str, Any], where: str) -> Iterator[Problem]:
        """Say whether a decoded change, the next of the lane, says other consents than count."""
        header = change["header"]
        applied, subject, item = header["applied"], header["subject"], header["item"]
        if item == CONSENT:
            self._said.take(change)
            self._count(applied, header["verb"])
        stated = pairs(applied)
        if not self._said.has(subject):
            if stated:
                yield Problem(WRONG, 1, f"{where}: under consents of {subject}, which gave none")
            return
        for place, day in enumerate(self._days):
            if self._said.given(subject, item, day) == stated:
                del self._days[:place]
                return
        yield Problem(
            WRONG, 1, f"{where}: {item} of {subject} under {len(stated)} consents, since {self._days[0]} wrong"
        )

    def _count(self, applied: Mapping[str, Any], verb: str) -> None:
        was, state = applied["previous_state"], applied["state"]
        if state == "ACTIVE":
            self.turns[_GIVEN] += was != state
        elif verb == "EXPIRE":
            self.turns[_RUN_OUT] += was == "ACTIVE"
        elif was != state and state in _STATES:
            self.turns[_STATES[state]] += 1
