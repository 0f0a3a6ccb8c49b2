"""What is due of a lane in one batch: filed by day, and taken out piece by piece when that day has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from creditbus.services.domain.profile.due import JOURNAL_FULL, DueSpan, due_between, due_by, is_over, pack_due, span_of
from creditbus.services.domain.profile.keys import DUE_KEY, due_chunk_key, due_span_key
from creditbus.services.domain.profile.lane import JOURNAL, Turn
from creditbus.services.domain.profile.publication import NEVER
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["Due", "DuePiece", "filing_keys"]

#: Bytes of a journal that are brought into the spans even if these must be read first, and the batch computed again.
_JOURNAL_MOST: Final = 16 * JOURNAL_FULL


@dataclass(frozen=True, slots=True, repr=False)
class DuePiece:
    """One piece of what is due.

    Attributes:
        codes: subjects of which something may be due, each once, without those that are through.
        until: the day up to which it is, in days since 1970-01-01.
        left: by its key, what stays of a value that was looked at; empty: nothing.
        following: the piece after it; None: it is the last one.

    """

    codes: list[bytes]
    until: int
    left: dict[bytes, bytes]
    following: Turn | None


class Due:
    """Of one batch.

    Args:
        view: the lane's state.

    """

    def __init__(self, view: StateView) -> None:
        self._view = view
        self._new: dict[int, list[bytes]] = {}

    def expect(self, day: int, code: bytes) -> None:
        """File that something of a subject is due on a day, in days since 1970-01-01.

        A day from `NEVER` on is not filed: an entry cannot name it. What is due then comes about with the next event.
        """
        if day >= NEVER:
            return
        codes = self._new.get(day)
        if codes is None:
            codes = self._new[day] = []
        codes.append(code)

    def piece(self, turn: Turn, chunks: int) -> DuePiece:
        """Return a piece; MissingKeysError where values are to be read first.

        Args:
            turn: the piece.
            chunks: how many it may be: of some 24 entries each, few of them of one day in an ordinary month.

        """
        codes: dict[bytes, None] = {}
        left: dict[bytes, bytes] = {}
        if turn.span == JOURNAL:
            self._look_at(DUE_KEY, turn.until, codes, left)
            following = turn._replace(piece=turn.piece + 1, span=span_of(turn.since), chunk=0, through=0)
        else:
            following = self._look_at_span(turn, chunks, codes, left)
        after = following if following.span <= span_of(turn.until) else None
        # what is filed meanwhile comes after these, so those that are through are the first ones still; where the
        # journal has been brought into the spans, all of it is looked at once more there
        return DuePiece(list(codes)[turn.through :], turn.until, left, after)

    def _look_at_span(self, turn: Turn, many: int, codes: dict[bytes, None], left: dict[bytes, bytes]) -> Turn:
        key, view = due_span_key(turn.span), self._view
        span = DueSpan(view.get(key))
        after = min(turn.chunk + many, span.chunks)
        chunks = [due_chunk_key(turn.span, number) for number in range(turn.chunk, after)]
        view.need(chunks)
        for chunk in chunks:
            self._look_at(chunk, turn.until, codes, left)
        if after < span.chunks:
            return turn._replace(piece=turn.piece + 1, chunk=after, through=0)
        due, span.last = due_by(span.last, turn.until)
        codes.update(dict.fromkeys(due))
        if is_over(turn.span, turn.until):
            left[key] = b""
        elif due:
            left[key] = span.encode()
        return turn._replace(piece=turn.piece + 1, span=turn.span + 1, chunk=0, through=0)

    def _look_at(self, key: bytes, until: int, codes: dict[bytes, None], left: dict[bytes, bytes]) -> None:
        due, others = due_by(self._view.get(key), until)
        if due:
            codes.update(dict.fromkeys(due))
            left[key] = others

    def forget(self, piece: DuePiece) -> None:
        """Take out what was due of a piece."""
        for key, value in piece.left.items():
            if value:
                self._view.put(key, value)
            else:
                self._view.delete(key)

    def finish(self) -> None:
        """Put what was filed into the state; MissingKeysError as of `_JOURNAL_MOST`."""
        journal = self._view.get(DUE_KEY) or b""
        filed = len(journal) >= JOURNAL_FULL and self._file(journal)
        if filed or self._new:
            # by days: those of a span are brought into it together
            new = [pack_due(day, code) for day in sorted(self._new) for code in self._new[day]]
            self._view.put(DUE_KEY, b"".join((b"" if filed else journal, *new)))

    def _file(self, journal: bytes) -> bool:
        """Bring a journal into the spans, and tell whether it could be."""
        spans = {due_span_key(number): (number, entries) for number, entries in due_between(journal).items()}
        if len(journal) >= _JOURNAL_MOST:
            self._view.need(spans)
        if self._view.missing(spans):
            return False
        for key, (number, entries) in spans.items():
            span = DueSpan(self._view.get(key))
            full = span.add(entries)
            if full is not None:
                self._view.put(due_chunk_key(number, span.chunks - 1), full)
            self._view.put(key, span.encode())
        return True


def filing_keys(journal: bytes | None) -> Iterable[bytes]:
    """Return the keys that are needed to bring a journal into the spans, once it is full."""
    if journal is None or len(journal) < JOURNAL_FULL:
        return ()
    return map(due_span_key, due_between(journal))
