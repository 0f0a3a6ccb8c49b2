"""What one stretch of a campaign came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.harness.problem import Problem

__all__ = ["Copied", "Fault", "Result"]


class Fault(NamedTuple):
    """What one fault did.

    Attributes:
        kind: of KINDS.
        brokers: of the cluster.
        events: published before it.
        first: seconds to the first new committed output of the lanes that it touched.
        every: seconds until every lane wrote changes again, after the repair.
        repaired: seconds until what broke was there again.
        silence: longest time without a change of a lane.

    """

    kind: str
    brokers: int
    events: int
    first: float
    every: float
    repaired: float
    silence: float


class Copied(NamedTuple):
    """A copy of a feed.

    Attributes:
        subscriber: whose feed it is.
        database: its kind.
        kills: how often its reader was killed.
        records: that it holds in the end.
        left: records that were left to the last run, which nobody killed.

    """

    subscriber: str
    database: str
    kills: int
    records: int
    left: int


@dataclass(slots=True)
class Result:
    """What a stretch came to."""

    brokers: int
    events: int = 0
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    checked: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    """Of views, by kind."""
    proof: Counter[str] = field(default_factory=Counter)
    """What feeds got for them."""
    turns: Counter[str] = field(default_factory=Counter)
    """What became of consents, and how often records went with their code to another subject."""
    copies: list[Copied] = field(default_factory=list)
    restarts: int = 0
    """Brokers that the operator started again."""
    passages: Counter[str] = field(default_factory=Counter)
    """How often a record went out of a view for its subject's district, came in, and came back in."""
