"""Wait until the bus has decided on everything."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from creditbus.deploy import messages
from creditbus.deploy.demo.observation import Observation
from creditbus.topics.errors import UnavailableError

__all__ = ["Rest", "await_rest"]

_READING_SECONDS = 0.5
_CALM_SECONDS = 3.0
_STALLED_SECONDS = 90.0

Departments = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rest:
    """The bus at rest."""

    observation: Observation
    since: float
    """Reading of the clock when the last change was seen."""


def await_rest(
    look: Callable[[], Observation],
    published: int,
    check: Callable[[], None],
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Rest:
    """Look until every published event has an outcome, and neither outcomes nor feeds change any more.

    A waiting event may still be released by what another partition holds: only a bus that stays the same is at rest.

    Args:
        look: gives the bus as it is now.
        published: events that the connectors sent.
        check: raises when waiting does not help, as when the worker has ended.
        clock: seconds that never go back.
        pause: waits this number of seconds.

    Raises:
        UnavailableError: for a long time nothing has changed, and events have no outcome.
    """
    seen, since = look(), clock()
    while True:
        check()
        pause(_READING_SECONDS)
        found, now = look(), clock()
        if found != seen:
            seen, since = found, now
        elif now - since >= _CALM_SECONDS and _decided(found.departments, published):
            return Rest(found, since)
        elif now - since >= _STALLED_SECONDS:
            problem = messages.STANDS_STILL(outcomes=_outcomes(found.departments), published=published)
            raise UnavailableError("creditbus worker", problem)


def _decided(departments: Departments, published: int) -> bool:
    received = sum(counts["received"] for counts in departments.values())
    return received >= published and not any(_in_flight(counts) for counts in departments.values())


def _outcomes(departments: Departments) -> int:
    return sum(counts["received"] - _in_flight(counts) for counts in departments.values())


def _in_flight(counts: Mapping[str, Any]) -> int:
    decided = sum(counts[name] for name in ("applied", "duplicate", "stale", "held", "parked"))
    return int(counts["received"] - decided - sum(counts["rejected"].values()))
