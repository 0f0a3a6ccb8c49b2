"""Which consents of a subject count for a record on a day: the rules, written a second time.

A consent counts as long as its record is ACTIVE, from its first day to its last, for the items that it names; one that
names none is for all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

__all__ = ["CONSENT", "ConsentsSaid", "given", "pairs"]

CONSENT = "subject-consent"

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

    def given(self, subject: str, item: str, on: date) -> set[tuple[str, str]]:
        """Return what counts for a subject's records of an item on a day."""
        return given(self._said[subject].values(), item, on)
