"""Records that tell when a day has come to every lane: the publication of each ends on it."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from datetime import date
from typing import Any

from faults.story import PENALTY, REGISTRATION, Step

from tests.harness.traffic import DISTRICTS, Party, party, penalty, registration
from tests.harness.wire import partition_of

__all__ = ["canaries", "is_end_of_canary"]

_FIRST_PARTY = 99_000_000
_NAME = party(_FIRST_PARTY).name[:-6]
"""How the names of all of them begin."""


def canaries(lanes: Collection[int], last: date) -> list[Step]:
    """Make an enterprise in each lane with a penalty that is published until a day."""
    return [step for lane in lanes for step in _of(_party(lane, len(lanes)), last)]


def is_end_of_canary(header: dict[str, Any]) -> bool:
    """Tell by the header of a change whether the publication of one of them ends."""
    return header["verb"] == "EXPIRE" and str(header["subject_name"]).startswith(_NAME)


def _party(lane: int, lanes: int) -> Party:
    parties = (party(number, DISTRICTS[0]) for number in itertools.count(_FIRST_PARTY))
    return next(one for one in parties if partition_of(one.code.encode(), lanes) == lane)


def _of(one: Party, last: date) -> list[Step]:
    event = penalty(one, 1, "0.5")
    ending = {**event, "content": {**event["content"], "CF_GSJZQ": last.isoformat()}}
    return [Step(REGISTRATION, registration(one, "虚构经营范围")), Step(PENALTY, ending)]
