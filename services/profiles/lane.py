"""A lane in one batch: how it emits and ends records, and the pieces in which it does again what that changed.

The lane's own state says under which policies it emitted last, by which terms it filed what is due, and up to which day
that has ended. Where the stage works by others, all records of the items that they change are looked at, piece by piece
of the lane's subjects; on another day those that are due. Both go by messages of the stage to itself: ordinary events
come between the pieces, and each looks for itself at what its record was last emitted under and whether it is due
(docs/adr/0040-policies.md, docs/adr/0043-end-of-publication.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from creditbus.services.domain.city_time import day_number
from creditbus.services.domain.event import Policy
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.keys import LANE_KEY, LANE_SUBJECTS_KEY, lane_chunk_key
from creditbus.services.domain.profile.lane import LANE_CHUNK, LONG_QUIET, QUIET, LaneStanding, LaneSubjects, codes_of
from creditbus.services.engine.codec.fast import write_policy
from creditbus.services.engine.errors import ClockBehindError
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.due import Due, DuePiece
from creditbus.topics.names import EVENTS

__all__ = ["BUSY", "NO_SUBJECT", "BatchLane", "Pace", "StageStanding", "chunk_keys", "codes_from", "is_of_due"]

#: Subject of a continuation that is of the whole lane.
NO_SUBJECT: Final = b""


#: Numbers from here down are pieces of what is due: the schema of continuations has one number for both walks.
_DUE: Final = -2
#: The first piece of all subjects, and what a worker says to a lane that it takes up: see `BatchLane.done`.
_FIRST: Final = 0
#: Of how many lanes it is known how they stand.
_REMEMBERED: Final = 64


class Pace(NamedTuple):
    """How much one piece is: other changes of the lane wait for it.

    Attributes:
        subjects: how many are looked at for it at most.
        records: of these subjects at most; a subject alone may have some more.
        chunks: of records of one subject that has more.
        due: chunks of what is due on a day.

    """

    subjects: int
    records: int
    chunks: int
    due: int


#: Between events: with pieces of 160 records p99 of other changes was 3.3 times that without a walk
#: (docs/adr/0040-policies.md).
BUSY: Final = Pace(64, 64, 4, 1)
#: Where nobody has waited for a while, a transaction may as well hold more, and the longer the more: each costs the
#: same tens of milliseconds of answers, however little it holds. The largest were the fastest next to other changes
#: and alone once each was a transaction of its own (docs/adr/0051-pieces.md).
_IDLE: Final = Pace(256, 256, 16, 4)
_ALONE: Final = Pace(2048, 2048, 128, 32)


class StageStanding:
    """How the stage works: by which policies and terms, on which day.

    Args:
        policies: by item.
        terms: by item, the digest of the rules by which its records end.
        on: the city's day.
        turning: the days on which a grant begins or is over, in days since 1970-01-01.

    Attributes:
        by_item: the policies, by an item's id as it stands in a header.
        written: the same, as they stand in a change.
        today: the city's day, in days since 1970-01-01.
        standing: of a lane that emitted and ended everything by them.
        settled: the same, as its state says it.

    """

    def __init__(
        self, policies: Mapping[str, Policy], terms: Mapping[str, str], on: date, turning: Collection[int] = ()
    ) -> None:
        self.by_item: Final = {item.encode(): policy for item, policy in policies.items()}
        self.written: Final = {item.encode(): write_policy(policy) for item, policy in policies.items()}
        self.today: Final = day_number(on)
        self.turning: Final = turning
        self.standing: Final = LaneStanding(policies, terms, self.today)
        self.settled: Final = self.standing.encode()
        self._read: dict[bytes, LaneStanding] = {}

    def read(self, value: bytes) -> LaneStanding:
        """Return how a lane stands; a piece of a walk asks several times, and its answer names every item."""
        known = self._read.get(value)
        if known is None:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            known = self._read[value] = LaneStanding.decode(value)
        return known


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

    def __init__(
        self, stage: StageStanding, continuation: RecordWriter, view: StateView, out: Output, *, busy: bool
    ) -> None:
        self._busy = busy
        self._done: set[int] = set()
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
            self._take_up(stage.read(value), stage)
        self._put(self._standing)

    def _take_up(self, known: LaneStanding, stage: StageStanding) -> None:
        if known.is_after(stage.today, stage.turning):
            raise ClockBehindError
        now = stage.standing
        standing = known.changed_to(now)
        self.today = max(self.today, standing.until or 0)
        if not self._subjects.count:
            self._standing = replace(now, day=self.today)
            return
        self._standing = standing
        self.behind = _as_in_header(standing.behind)
        self.unfiled = _as_in_header(standing.unfiled)
        if self.behind and (known.policies, known.terms) != (now.policies, now.terms) and standing.place == 0:
            self._say(_FIRST)
        if standing.turn is not None and standing.turn != known.turn:
            self._say(_DUE - standing.turn.piece)

    @property
    def _subjects(self) -> LaneSubjects:
        return LaneSubjects(self._view.get(LANE_SUBJECTS_KEY))

    # -- other policies or terms ----------------------------------------------------------------

    @property
    def pace(self) -> Pace:
        """How large a piece may be."""
        if self._busy or self._standing.quiet < QUIET:
            return BUSY
        return _IDLE if self._standing.quiet < LONG_QUIET else _ALONE

    @property
    def begun(self) -> bool:
        """Whether the first subject of the next piece has more records than the piece before could take."""
        return self._standing.begun

    @property
    def filed(self) -> int:
        """The chunk of its records from which on they are to be filed by other terms; 0: all are, or none."""
        return self._standing.filed if self._standing.begun else 0

    def ahead(self, place: int) -> list[bytes]:
        """Return the subjects from which the next piece may take; none where that is another one."""
        if not self._is_next(place):
            return []
        many = self.pace.subjects
        self._view.need(chunk_keys(place, min(many, self._subjects.count - place)))
        return codes_from(place, many, self._subjects, self._view.get)

    def done(self, place: int, through: int, *, begun: bool, filed: int = 0) -> None:
        """Note how far a piece came, and see to the next one.

        Args:
            place: the piece.
            through: how many of its subjects are through.
            begun: whether of the subject after them the first records are.
            filed: the chunk of that subject's records from which on they are to be filed; 0: all are, or none.

        """
        if not self._is_next(place):
            if place == _FIRST:
                # by a worker that took the lane up: should the message of the next piece be lost, this is the way on
                self._say_what_is_next()
            return
        self._done.add(place)
        standing = self._standing
        if begun or place + through < self._subjects.count:
            self._put(replace(standing, place=place + through, begun=begun, filed=filed, quiet=self._quiet))
            self._say(place + through)
        else:
            self._put(replace(standing, behind=frozenset(), unfiled=frozenset(), place=0, begun=False, filed=0))
            self.behind = self.unfiled = frozenset()

    @property
    def _quiet(self) -> int:
        return 0 if self._busy else min(self._standing.quiet + 1, LONG_QUIET)

    def _is_next(self, place: int) -> bool:
        # the number stays the same while one subject is gone through
        return bool(self.behind) and place == self._standing.place and place not in self._done

    def _say_what_is_next(self) -> None:
        if self.behind:
            self._say(self._standing.place)
        if self._standing.turn is not None:
            self._say(_DUE - self._standing.turn.piece)

    # -- another day ----------------------------------------------------------------------------

    def due_piece(self, chunk: int) -> DuePiece | None:
        """Return the piece of what is due that is next; None where this is another one."""
        turn = self._standing.turn
        is_next = turn is not None and _DUE - turn.piece == chunk
        return self.due.piece(turn, self.pace.due) if turn is not None and is_next else None

    def waited_for(self, day: int) -> bool:
        """Tell whether what was due on a day ends by the turn that is under way, and not by another rule."""
        return self._standing.turn is not None and day > self._standing.turn.since

    @property
    def due_from(self) -> int | None:
        """The first day of which not everything due has ended, in days since 1970-01-01."""
        return None if self._standing.day is None else self._standing.day + 1

    def ended(self, piece: DuePiece, through: int) -> None:
        """Note that what is due of the first subjects of a piece has ended, and see to the others or the next piece."""
        turn = self._standing.turn
        assert turn is not None  # noqa: S101 -- the piece is of it
        following = piece.following
        if through < len(piece.codes):
            following = turn._replace(piece=turn.piece + 1, through=turn.through + through)
        else:
            self.due.forget(piece)
        if following is None:
            self._put(replace(self._standing, day=turn.until, turn=None))
        else:
            self._say(_DUE - following.piece)
            self._put(replace(self._standing, turn=following, quiet=self._quiet))

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


def chunk_keys(place: int, many: int) -> list[bytes]:
    """Return the keys of the chunks that have the subjects from a place on, `many` of them."""
    return [lane_chunk_key(number) for number in range(place // LANE_CHUNK, (place + many - 1) // LANE_CHUNK + 1)]


def codes_from(place: int, many: int, subjects: LaneSubjects, get: Callable[[bytes], bytes | None]) -> list[bytes]:
    """Return subjects of a lane.

    Args:
        place: number of the first one.
        many: how many at most.
        subjects: those of the lane.
        get: the value of each of `chunk_keys`.

    """
    codes: list[bytes] = []
    for number, key in enumerate(chunk_keys(place, many), place // LANE_CHUNK):
        if number >= subjects.chunks:
            codes += codes_of(subjects.last)
            break
        codes += codes_of(get(key) or b"")
    skipped = place % LANE_CHUNK
    return codes[skipped : skipped + many]
