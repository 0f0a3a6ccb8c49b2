"""What subjects consent to in a story: given, narrowed, revoked, given again, disputed, withdrawn, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, NamedTuple

from tests.harness.traffic import Party, acted, consent

__all__ = ["ConsentStory", "Receiver"]

_EVER = date(2098, 12, 31)
_PURPOSE_OF_NOBODY = "虚构用途"
_ITEMS = ("administrative-penalty", "administrative-penalty;red-black-list", "enterprise-registration")
_SHARE_OF_ALL_ITEMS, _SHARE_OF_THE_PURPOSE, _SHARE_BEGUN, _SHARE_WITHOUT_END = 0.7, 0.9, 0.8, 0.5
_SHARE_OF_THE_FIRST = 0.5
"""Of all consents, those to the receiver that is named first."""
_TOLD_AT = 1_551_400_000_000
"""In milliseconds: of a consent that states when it was said; its revocation states a later time."""
_DAY = 86_400_000
_REVOKED = {"SQZT": "撤回", "CHRQ": "2019-03-02"}


class Receiver(NamedTuple):
    """Whom consents may be to."""

    code: str
    purpose: str


@dataclass(slots=True)
class _Consent:
    one: Party
    number: int
    receiver: Receiver
    columns: dict[str, str]
    revoked: bool = False
    disputed: int = 0
    """0: never; 1: it is; 2: it was."""


class ConsentStory:
    """Draws what is said of consents.

    Args:
        random: decides.
        receivers: to whom; half of all consents are to the first.
        days: on which some begin, and some end.
        by_itself: the department writes its events itself: they may be acts, and state their times.

    """

    def __init__(self, random: Random, receivers: Sequence[Receiver], days: Sequence[date], *, by_itself: bool) -> None:
        self._random = random
        self._receivers = receivers
        self._days = days
        self._by_itself = by_itself
        self._given: list[_Consent] = []
        self._told = 0

    def next_of(self, one: Party) -> list[dict[str, Any]]:
        """Tell something of a consent: a new one of this party, or what becomes of one that was given before."""
        drawn = self._random.random()
        if not self._given or drawn < 0.5:
            return self.given(one)
        said = self._random.choice(self._given)
        if drawn < 0.75:
            return [self._turned(said)]
        if drawn < 0.88 or not self._by_itself:
            return [self._changed(said)]
        return self._act(said)

    def given(self, one: Party) -> list[dict[str, Any]]:
        """Give one; some of the revocations come first."""
        chance = self._random
        self._told += 1
        first, *others = self._receivers
        receiver = first if chance.random() < _SHARE_OF_THE_FIRST or not others else chance.choice(others)
        if chance.random() >= _SHARE_OF_THE_PURPOSE:
            receiver = receiver._replace(purpose=_PURPOSE_OF_NOBODY)
        last = _EVER if chance.random() < _SHARE_WITHOUT_END else chance.choice(self._days)
        columns = {"SQJZRQ": last.isoformat()}
        if chance.random() >= _SHARE_BEGUN:
            columns["SQQSRQ"] = min(chance.choice(self._days), last).isoformat()
        if chance.random() >= _SHARE_OF_ALL_ITEMS:
            columns["SQSX"] = chance.choice(_ITEMS)
        said = _Consent(one, self._told, receiver, columns)
        if self._by_itself and chance.random() < 0.1:
            # it is past changes: what is said of it later without a time would depend on who came first
            revoked = _told_at(_event(said, _REVOKED), _TOLD_AT + _DAY)
            return [revoked, _told_at(_event(said), _TOLD_AT)]
        self._given.append(said)
        return [_event(said)]

    def _turned(self, said: _Consent) -> dict[str, Any]:
        """Revoke it, or give it again: as content that nobody has said yet, for what was said before counts no more."""
        said.revoked = not said.revoked
        return self._changed(said)

    def _changed(self, said: _Consent) -> dict[str, Any]:
        chance = self._random
        if chance.random() < 0.3:
            said.columns["SQSX"] = chance.choice(_ITEMS)
        if chance.random() < 0.3:
            last = chance.choice((*self._days, _EVER))
            first = said.columns.get("SQQSRQ", "2019-03-01")
            said.columns["SQJZRQ"] = max(last.isoformat(), first)
        self._told += 1
        said.columns["BZ"] = f"虚构更正{self._told}"
        return _event(said)

    def _act(self, said: _Consent) -> list[dict[str, Any]]:
        if said.disputed == 2 and self._random.random() < 0.3:
            self._given.remove(said)
            return [acted(_event(said), "WITHDRAW")]
        if said.disputed == 2:
            return [self._turned(said)]
        said.disputed += 1
        return [acted(_event(said), "DISPUTE" if said.disputed == 1 else "SETTLE")]


def _event(said: _Consent, more: dict[str, str] | None = None) -> dict[str, Any]:
    columns = said.columns | (_REVOKED if said.revoked else {}) | (more or {})
    return consent(said.one, said.number, *said.receiver, **columns)


def _told_at(event: dict[str, Any], moment: int) -> dict[str, Any]:
    return {**event, "header": {**event["header"], "source_time": moment}}
