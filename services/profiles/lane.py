"""A lane in one batch: under which policies it emits, and the pieces in which it emits again what they changed.

The lane's own state says under which policies it emitted last. Where the stage works by others, all records of the
items that they change are restated, chunk by chunk of its subjects, by messages of the stage to itself: ordinary events
come between the pieces, and each looks for itself at what its record was last emitted under
(docs/adr/0040-policies.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from creditbus.services.domain.event import Policy
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.keys import LANE_KEY, LANE_SUBJECTS_KEY, lane_chunk_key
from creditbus.services.domain.profile.lane import LanePolicies, LaneSubjects, codes_of
from creditbus.services.engine.codec.fast import write_policy
from creditbus.services.engine.errors import ClockBehindError
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.topics.names import EVENTS

__all__ = ["NO_SUBJECT", "BatchLane", "StagePolicies", "codes_at"]

#: Subject of a continuation that is of the whole lane.
NO_SUBJECT: Final = b""


class StagePolicies:
    """The policies by which the stage works.

    Args:
        policies: by item.

    Attributes:
        by_item: the policies, by an item's id as it stands in a header.
        written: the same, as they stand in a change.
        standing: of a lane that emitted everything under them.
        settled: the same, as its state says it.

    """

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self.by_item: Final = {item.encode(): policy for item, policy in policies.items()}
        self.written: Final = {item.encode(): write_policy(policy) for item, policy in policies.items()}
        self.standing: Final = LanePolicies(policies)
        self.settled: Final = self.standing.encode()


class BatchLane:
    """Of one batch.

    Attributes:
        behind: items of which records were last emitted under other policies, as they stand in a header.

    """

    def __init__(self, policies: StagePolicies, continuation: RecordWriter, view: StateView, out: Output) -> None:
        self._continuation = continuation
        self._view = view
        self._out = out
        self._standing = policies.standing
        self.behind: frozenset[bytes] = frozenset()
        value = view.get(LANE_KEY)
        if value == policies.settled:
            return
        if value is not None:
            self._take_up(LanePolicies.decode(value), policies.standing)
        self._put(self._standing)

    def _take_up(self, known: LanePolicies, now: LanePolicies) -> None:
        if known.is_after(now.policies):
            raise ClockBehindError
        standing = known.changed_to(now.policies)
        if not self._subjects.count:
            return
        self._standing = standing
        self.behind = frozenset(item.encode() for item in standing.behind)
        if self.behind and known.policies != standing.policies and standing.chunk == 0:
            self._say(0)

    @property
    def _subjects(self) -> LaneSubjects:
        return LaneSubjects(self._view.get(LANE_SUBJECTS_KEY))

    def piece(self, chunk: int) -> list[bytes]:
        """Return the subjects of the piece that is to be restated next; none where this is another one."""
        return codes_at(chunk, self._subjects, self._view) if self._is_next(chunk) else []

    def done(self, chunk: int) -> None:
        """Note that a piece is restated, and see to the next one."""
        if not self._is_next(chunk):
            return
        standing = self._standing
        if chunk < self._subjects.chunks:
            self._say(chunk + 1)
            self._put(replace(standing, chunk=chunk + 1))
        else:
            self._put(LanePolicies(standing.policies))
            self.behind = frozenset()

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

    def _is_next(self, chunk: int) -> bool:
        return bool(self.behind) and chunk == self._standing.chunk

    def _say(self, chunk: int) -> None:
        piece = self._continuation({"subject": NO_SUBJECT.decode(), "chunk": chunk})
        self._out.emit(EVENTS, self._out.lane, NO_SUBJECT, piece)

    def _put(self, standing: LanePolicies) -> None:
        self._standing = standing
        self._view.put(LANE_KEY, standing.encode())


def codes_at(chunk: int, subjects: LaneSubjects, view: Mapping[bytes, bytes | None] | StateView) -> list[bytes]:
    """Return the subjects of a chunk of a lane, the last ones where it is not full."""
    return codes_of((view.get(lane_chunk_key(chunk)) or b"") if chunk < subjects.chunks else subjects.last)
