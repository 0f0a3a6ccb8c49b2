"""What the profile store knows of a lane: its subjects, and how it emits and ends their records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from creditbus.services.domain.event import Policy

__all__ = ["JOURNAL", "LANE_CHUNK", "LONG_QUIET", "QUIET", "LaneStanding", "LaneSubjects", "Turn", "codes_of"]

#: Subjects of a full chunk. A batch with a new subject writes the last chunk again.
LANE_CHUNK: Final = 8

#: Pieces of a walk after each other without an event between them, from which the lane counts as idle.
QUIET: Final = 16
#: The same, from which it has been idle for long.
LONG_QUIET: Final = 32

#: In place of a span of days: the journal of what is due.
JOURNAL: Final = -1

_COUNT_BYTES: Final = 4
#: In no code of a subject.
_SEPARATOR: Final = b"\xff"


def codes_of(chunk: bytes) -> list[bytes]:
    """Return the subjects of a full chunk."""
    return chunk.split(_SEPARATOR) if chunk else []


class LaneSubjects:
    """The subjects of a lane, in the order in which they were first there.

    Args:
        value: what `encode` gave; None: there is none yet.

    Attributes:
        count: how many there are.
        last: those that fill no chunk yet.

    """

    __slots__ = ("count", "last")

    def __init__(self, value: bytes | None) -> None:
        self.count = 0 if value is None else int.from_bytes(value[:_COUNT_BYTES], "big")
        self.last = b"" if value is None else value[_COUNT_BYTES:]

    @property
    def chunks(self) -> int:
        """The number of full chunks; the last subjects come after them."""
        return self.count // LANE_CHUNK

    def add(self, code: bytes) -> tuple[int, bytes] | None:
        """Count a new one; return number and content of the chunk that it filled, if it did."""
        self.count += 1
        self.last = b"%b%b%b" % (self.last, _SEPARATOR, code) if self.last else code
        if self.count % LANE_CHUNK:
            return None
        full, self.last = self.last, b""
        return self.chunks - 1, full

    def encode(self) -> bytes:
        """Return the bytes that the store holds."""
        return self.count.to_bytes(_COUNT_BYTES, "big") + self.last

    def __repr__(self) -> str:
        """Say nothing of the subjects themselves."""
        return f"<LaneSubjects {self.count}>"


class Turn(NamedTuple):
    """How far a lane has come with what is due since it was last worked on.

    Attributes:
        since: the day up to which everything due had ended before, in days since 1970-01-01.
        until: the day up to which it ends what is due now.
        piece: number of the next piece.
        span: span of days of the next piece; JOURNAL: the journal is next.
        chunk: chunk of that span from which the next piece begins; its last entries count as the last chunk.
        through: how many of the subjects that are due by that piece are through: it may be more than is done at once.

    """

    since: int
    until: int
    piece: int = 0
    span: int = JOURNAL
    chunk: int = 0
    through: int = 0


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """Under which policies a lane emits its records, and by which rules and up to which day it ends them.

    Attributes:
        policies: by item.
        terms: by item, the digest of the rules by which its records' publication ends (`publication`).
        day: the city's day up to which everything due has ended, in days since 1970-01-01; None: of a state of before
            anything ended by itself.
        behind: items of which records were last emitted under other policies, or filed by other terms, and are still to
            be looked at.
        unfiled: those of other terms.
        place: number of the next subject whose records are to be looked at, from 0. It counts only where something is
            behind.
        begun: whether the first records of that subject have been looked at.
        filed: of that subject, the next chunk of records that are to be filed by other terms; 0: there is none, its
            records are being restated. It counts only where one is begun.
        quiet: how many pieces, up to LONG_QUIET, were done since one came with events. It counts only where a walk is
            under way.
        turn: what is due and has not ended yet; None: nothing is.

    """

    policies: Mapping[str, Policy]
    terms: Mapping[str, str]
    day: int | None
    behind: frozenset[str] = frozenset()
    unfiled: frozenset[str] = frozenset()
    place: int = 0
    begun: bool = False
    quiet: int = 0
    turn: Turn | None = None
    filed: int = 0

    @property
    def until(self) -> int | None:
        """The latest day by which the lane was worked on, in days since 1970-01-01; None as of `day`."""
        return self.day if self.turn is None else self.turn.until

    def is_after(self, today: int, turning: Iterable[int]) -> bool:
        """Tell whether a grant began or was over after a day, and not after the lane's own.

        Those of before say it by the policies here, whatever is declared now: the day of a policy is that of its last
        turn.

        Args:
            today: the day, in days since 1970-01-01.
            turning: the days on which grants that are declared now begin or are over.

        """
        until = today if self.until is None else self.until
        return any(policy["day"] > today for policy in self.policies.values()) or any(
            today < day <= until for day in turning
        )

    def changed_to(self, now: LaneStanding) -> LaneStanding:
        """Return the same under other policies and terms, on another day: what they change is behind from its start."""
        changed = {item for item, policy in now.policies.items() if self.policies.get(item, policy) != policy}
        unfiled = {
            item for item, digest in now.terms.items() if item in self.policies and self.terms.get(item) != digest
        }
        # of an item whose records ended by themselves, and do no more
        unfiled |= {item for item in self.terms if item in now.policies and item not in now.terms}
        again = changed or unfiled
        return LaneStanding(
            now.policies,
            now.terms,
            now.day if self.day is None else self.day,
            self.behind | changed | unfiled,
            self.unfiled | unfiled,
            0 if again else self.place,
            begun=self.begun and not again,
            quiet=self.quiet,
            turn=self._turn_to(now.day or 0),
            filed=0 if again else self.filed,
        )

    def _turn_to(self, day: int) -> Turn | None:
        if self.day is None or day <= self.day or (self.turn is not None and self.turn.until >= day):
            return self.turn
        # also where the day before is not done with: what ended of it is not there any more
        return Turn(self.day, day, 0 if self.turn is None else self.turn.piece + 1)

    def encode(self) -> bytes:
        """Return the bytes that the store holds; equal ones have equal bytes."""
        content: dict[str, Any] = {
            "policies": {item: (policy["version"], policy["day"]) for item, policy in self.policies.items()},
            "terms": dict(self.terms),
            "day": self.day,
            "behind": sorted(self.behind),
            "unfiled": sorted(self.unfiled),
            "place": self.place if self.behind else 0,
            "begun": self.begun and bool(self.behind),
            "quiet": self.quiet if self.behind or self.turn is not None else 0,
            "turn": self.turn,
        }
        if content["begun"]:
            content["filed"] = self.filed
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, value: bytes) -> LaneStanding:
        """Return what `encode` wrote; of before anything ended by itself it has no terms, and chunks for places.

        One that was written before it said how far a subject is filed begins with that subject again: whether its
        records were being filed or restated is not known, and either may be done twice.
        """
        content = json.loads(value)
        pairs: Mapping[str, tuple[int, int]] = content["policies"]
        policies = {item: Policy(version=version, day=day) for item, (version, day) in pairs.items()}
        turn, unfiled = content.get("turn"), frozenset(content.get("unfiled", ()))
        return cls(
            policies,
            content.get("terms", {}),
            content.get("day"),
            frozenset(content["behind"]),
            unfiled,
            content["place"] if "place" in content else content["chunk"] * LANE_CHUNK,
            content.get("begun", False) and ("filed" in content or not unfiled),
            content.get("quiet", 0),
            None if turn is None else Turn(*turn),
            content.get("filed", 0),
        )
