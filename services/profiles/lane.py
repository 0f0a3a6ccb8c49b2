"""A lane in one batch: how it emits and ends records, and the pieces in which it does again what that changed.

The lane's own state says under which policies it emitted last, by which terms it filed what is due, and up to which day
that has ended. Where the stage works by others, all records of the items that they change are looked at, chunk by chunk
of the lane's subjects; on another day those that are due, piece by piece. Both go by messages of the stage to itself:
ordinary events come between the pieces, and each looks for itself at what its record was last emitted under and whether
it is due (docs/adr/0040-policies.md, docs/adr/0043-end-of-publication.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from creditbus.services.domain.city_time import day_number
from creditbus.services.domain.event import Policy
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.keys import LANE_KEY, LANE_SUBJECTS_KEY, lane_chunk_key
from creditbus.services.domain.profile.lane import LaneStanding, LaneSubjects, codes_of
from creditbus.services.engine.codec.fast import write_policy
from creditbus.services.engine.errors import ClockBehindError
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.due import Due, DuePiece
from creditbus.topics.names import EVENTS

__all__ = ["NO_SUBJECT", "BatchLane", "StageStanding", "codes_at", "is_of_due"]

#: Subject of a continuation that is of the whole lane.
NO_SUBJECT: Final = b""


#: Numbers from here down are pieces of what is due: the schema of continuations has one number for both walks.
_DUE: Final = -2


class StageStanding:
    """How the stage works: by which policies and terms, on which day.

    Args:
        policies: by item.
        terms: by item, the digest of the rules by which its records end.
        on: the city's day.

    Attributes:
        by_item: the policies, by an item's id as it stands in a header.
        written: the same, as they stand in a change.
        today: the city's day, in days since 1970-01-01.
        standing: of a lane that emitted and ended everything by them.
        settled: the same, as its state says it.

    """

    def __init__(self, policies: Mapping[str, Policy], terms: Mapping[str, str], on: date) -> None:
        self.by_item: Final = {item.encode(): policy for item, policy in policies.items()}
        self.written: Final = {item.encode(): write_policy(policy) for item, policy in policies.items()}
        self.today: Final = day_number(on)
        self.standing: Final = LaneStanding(policies, terms, self.today)
        self.settled: Final = self.standing.encode()


class BatchLane:
    """Of one batch.

    Attributes:
        behind: items of which records were last emitted under other policies, or filed by other terms, as they stand in
            a header.
        unfiled: those of other terms.
        today: the day by which the lane works, in days since 1970-01-01: of a worker whose clock is behind that of the
            one before it, the later day, for what has ended does not begin again.
        due: what is due of it.

    """

    def __init__(self, stage: StageStanding, continuation: RecordWriter, view: StateView, out: Output) -> None:
        self._continuation = continuation
        self._view = view
        self._out = out
        self._standing = stage.standing
        self.behind: frozenset[bytes] = frozenset()
        self.unfiled: frozenset[bytes] = frozenset()
        self.today = stage.today
        self.due = Due(view)
        value = view.get(LANE_KEY)
        if value == stage.settled:
            return
        if value is not None:
            self._take_up(LaneStanding.decode(value), stage.standing)
        self._put(self._standing)

    def _take_up(self, known: LaneStanding, now: LaneStanding) -> None:
        if known.is_after(now.policies):
            raise ClockBehindError
        standing = known.changed_to(now)
        until = standing.day if standing.turn is None else standing.turn.until
        self.today = max(self.today, until or 0)
        if not self._subjects.count:
            self._standing = replace(now, day=self.today)
            return
        self._standing = standing
        self.behind = _as_in_header(standing.behind)
        self.unfiled = _as_in_header(standing.unfiled)
        if self.behind and (known.policies, known.terms) != (now.policies, now.terms) and standing.chunk == 0:
            self._say(0)
        if standing.turn is not None and standing.turn != known.turn:
            self._say(_DUE - standing.turn.piece)

    @property
    def _subjects(self) -> LaneSubjects:
        return LaneSubjects(self._view.get(LANE_SUBJECTS_KEY))

    # -- other policies or terms ----------------------------------------------------------------

    def piece(self, chunk: int) -> list[bytes]:
        """Return the subjects of the piece that is to be looked at next; none where this is another one."""
        return codes_at(chunk, self._subjects, self._view) if self._is_next(chunk) else []

    def done(self, chunk: int) -> None:
        """Note that a piece is through, and see to the next one."""
        if not self._is_next(chunk):
            return
        standing = self._standing
        if chunk < self._subjects.chunks:
            self._say(chunk + 1)
            self._put(replace(standing, chunk=chunk + 1))
        else:
            self._put(replace(standing, behind=frozenset(), unfiled=frozenset(), chunk=0))
            self.behind = self.unfiled = frozenset()

    def _is_next(self, chunk: int) -> bool:
        return bool(self.behind) and chunk == self._standing.chunk

    # -- another day ----------------------------------------------------------------------------

    def due_piece(self, chunk: int) -> DuePiece | None:
        """Return the piece of what is due that is next; None where this is another one."""
        turn = self._standing.turn
        return self.due.piece(turn) if turn is not None and _DUE - turn.piece == chunk else None

    def ended(self, piece: DuePiece) -> None:
        """Note that everything due of a piece has ended, and see to the next one."""
        assert self._standing.turn is not None  # noqa: S101 -- the piece is of it
        until = self._standing.turn.until
        self.due.forget(piece)
        if piece.following is None:
            self._put(replace(self._standing, day=until, turn=None))
        else:
            self._say(_DUE - piece.following.piece)
            self._put(replace(self._standing, turn=piece.following))

    # -- subjects -------------------------------------------------------------------------------

    def add(self, codes: Iterable[bytes]) -> None:
        """Take in new subjects."""
        subjects, added = self._subjects, False
        for code in codes:
            full = subjects.add(code)
            added = True
            if full is not None:
                self._view.put(lane_chunk_key(full[0]), full[1])
        if added:
            self._view.put(LANE_SUBJECTS_KEY, subjects.encode())

    def _say(self, chunk: int) -> None:
        piece = self._continuation({"subject": NO_SUBJECT.decode(), "chunk": chunk})
        self._out.emit(EVENTS, self._out.lane, NO_SUBJECT, piece)

    def _put(self, standing: LaneStanding) -> None:
        self._standing = standing
        self._view.put(LANE_KEY, standing.encode())


def is_of_due(chunk: int) -> bool:
    """Tell whether a continuation of the whole lane is a piece of what is due, and not of its subjects."""
    return chunk <= _DUE


def _as_in_header(items: Iterable[str]) -> frozenset[bytes]:
    return frozenset(item.encode() for item in items)


def codes_at(chunk: int, subjects: LaneSubjects, view: Mapping[bytes, bytes | None] | StateView) -> list[bytes]:
    """Return the subjects of a chunk of a lane, the last ones where it is not full."""
    return codes_of((view.get(lane_chunk_key(chunk)) or b"") if chunk < subjects.chunks else subjects.last)
