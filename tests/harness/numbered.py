"""Endless events of which everybody can tell what must come of each: the number of each stands in its document.

A fifth are registrations, one in twenty names its subject by a legacy code, one in twenty repeats an event of before.
Every feed of the package's declarations admits all of them.
"""

from __future__ import annotations

import re
from collections import deque
from random import Random
from typing import Any, NamedTuple

from tests.harness.traffic import party, penalty, registration

__all__ = ["Event", "Events", "number_of"]

_REGISTRATIONS, _LEGACY, _REPEATED = 0.2, 0.25, 0.3
_RECENT = 2000
_NUMBER = re.compile(r"-(\d+)号")
# of a unified code, the eight digits of the organisation
_DIGITS = slice(8, 16)


class Event(NamedTuple):
    """One event.

    Attributes:
        number: its own, from 1; that of the repeated one when it is a repetition.
        subject: code under which feeds must show it.
        repeated: an event of before, once more: it must be booked as a duplicate and shown to nobody.

    """

    number: int
    subject: str
    repeated: bool
    told: dict[str, Any]
    """As the wire has it, its origin not yet filled in."""


class Events:
    """Draws events, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._drawn = 0
        self._known: deque[int] = deque(maxlen=_RECENT)
        self._recent: deque[Event] = deque(maxlen=_RECENT)

    def draw(self) -> Event:
        """Return the next one."""
        share = self._random.random()
        if self._recent and _LEGACY <= share < _REPEATED:
            return self._random.choice(self._recent)._replace(repeated=True)
        self._drawn += 1
        number = self._drawn
        if share < _REGISTRATIONS or not self._known:
            one = party(number)
            self._known.append(number)
            told = registration(one, "虚构经营范围")
        else:
            one = party(self._random.choice(self._known))
            told = penalty(one, number, "0.5", one.organisation_code if share < _LEGACY else "")
        event = Event(number, one.code, repeated=False, told=told)
        self._recent.append(event)
        return event


def number_of(document: str) -> int:
    """Return the number of the event that a document number belongs to."""
    found = _NUMBER.search(document)
    return int(found[1]) if found else int(document[_DIGITS])
