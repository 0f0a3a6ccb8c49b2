"""A walk through a lane, piece by piece: all of its subjects after policies changed, or what is due of a day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from creditbus.services.domain.profile.keys import subject_key
from creditbus.services.domain.profile.subject import INDEX_CHUNK
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.ending import Ending
from creditbus.services.profiles.ending_walk import DueOfDay, EndingWalk, Looking, OtherRules
from creditbus.services.profiles.lane import BatchLane, is_of_due
from creditbus.services.profiles.restating import AT_ONCE, Restating
from creditbus.services.profiles.summaries import Summaries

__all__ = ["LaneWalk"]


class LaneWalk:
    """Of one batch.

    A piece is measured in records, for those are what other changes wait for. A subject with more than a piece may hold
    is gone through before the next one is begun, so that no two of them come in one batch.
    """

    def __init__(
        self, lane: BatchLane, ending: Ending, restating: Restating, summaries: Summaries, view: StateView
    ) -> None:
        self._lane = lane
        self._endings = EndingWalk(ending, summaries, view)
        self._restating = restating
        self._summaries = summaries
        self._view = view

    def needed(self, piece: int) -> list[bytes]:
        """Return the keys of the records that a piece looks at; MissingKeysError where others are to be read first.

        Args:
            piece: its number in a continuation (`lane`).

        """
        lane = self._lane
        if is_of_due(piece):
            due = lane.due_piece(piece)
            if due is None:
                return []
            of_day = DueOfDay(due.until, self._view)
            codes = self._endings.together(due.codes, of_day, lane.pace)
            return list(self._endings.needed(codes, of_day, lane.pace))
        codes = self._subjects(piece)
        # of all of them before the first one's records: each miss is a question to the store
        self._view.need(chain.from_iterable(map(self._restating.chunks_to_start, codes)))
        # not one by one: a piece may have a thousand, and they are asked for again after each answer of the store
        keys: list[bytes] = []
        for code in codes:
            if self._is_started:
                keys += self._restating.needed_to_go_on(code, lane.pace.chunks)
                continue
            if lane.unfiled:
                keys += self._endings.needed([code], self._by_other_rules(), lane.pace)
            keys += self._restating.needed_to_start(code, lane.behind)
        return keys

    def go_on(self, piece: int) -> None:
        """Do a piece, and see to the next one; one that is done already is passed over."""
        lane = self._lane
        if not is_of_due(piece):
            self._go_through(piece)
        elif due := lane.due_piece(piece):
            of_day = DueOfDay(due.until, self._view)
            codes = self._endings.together(due.codes, of_day, lane.pace)
            lane.ended(due, self._end(codes, of_day))

    def _go_through(self, piece: int) -> None:
        lane, through, begun, filed = self._lane, 0, False, 0
        is_started = self._is_started
        for code in self._subjects(piece):
            if is_started:
                begun = not self._restating.go_on_within(code, lane.pace.chunks)
            elif lane.unfiled and (filed := self._file(code)):
                begun = True
            else:
                begun = not self._restating.start_within(code, lane.behind)
            if begun:
                break
            through += 1
        lane.done(piece, through, begun=begun, filed=filed)

    @property
    def _is_started(self) -> bool:
        """Whether the first records of the next piece's subject have been restated.

        The lane says so itself. How many records the subject has says nothing of it: it may have given up most of
        them since it was filed in part.
        """
        return self._lane.begun and not self._lane.filed

    def _file(self, code: bytes) -> int:
        """File by other rules when a subject's records end; return the chunk that is next, 0 where all are filed."""
        looking = self._by_other_rules()
        return 0 if self._end([code], looking) else looking.next(code)

    def _by_other_rules(self) -> OtherRules:
        return OtherRules(self._lane.unfiled, self._lane.filed)

    def _end(self, codes: Sequence[bytes], looking: Looking) -> int:
        """Bring records to their terms as of `EndingWalk.end`, and restate subjects whose consents may count otherwise.

        One of them may count from today on, or no more. At a subject of many parts that is looked at with the first
        one: with each it would begin to restate all of them again.
        """
        before = {code: self._summaries.of(subject_key(code)).consents for code in codes}
        first = {code for code in codes if self._endings.is_first(code, looking)}
        through = self._endings.end(codes, looking, self._lane.pace)
        for code, consents in before.items():
            subject = self._summaries.of(subject_key(code))
            if subject.consents != consents or (consents and code in first):
                self._restating.start(code, subject)
        return through

    def _subjects(self, piece: int) -> list[bytes]:
        """Return the subjects of a piece, the first one alone where it is begun."""
        codes = self._lane.ahead(piece)
        if self._lane.begun:
            codes = codes[:1]
        self._view.need(map(subject_key, codes))
        records, taken = 0, 0
        for code in codes:
            records += min(self._summaries.of(subject_key(code)).records, AT_ONCE * INDEX_CHUNK)
            if taken and records > self._lane.pace.records:
                break
            taken += 1
        return codes[:taken]
