"""What a reading found in addition to its rows, for their department: in a preview, and by each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.services.domain.invisible import visible
from creditbus.services.domain.reasons import Caution
from creditbus.topics.text import Text

if TYPE_CHECKING:
    from creditbus.connectors.run.notices import Pair

__all__ = ["pairs_lines", "persons_lines", "unused_line"]

_ROWS_NAMED = 5
_LONGEST_NAME = 40


def persons_lines(withheld: int, withheld_rows: Sequence[int], cleared: int, cleared_rows: Sequence[int]) -> list[str]:
    """Return a line for withheld rows and one for cells without their numbers; none where there are none."""
    lines = []
    if withheld:
        named = _named(withheld, withheld_rows)
        lines.append(spoken(messages.PERSONS_WITHHELD, withheld=withheld, named=named))
    if cleared:
        named = _named(len(cleared_rows), cleared_rows)
        lines.append(spoken(messages.NUMBERS_REMOVED, cleared=cleared, named=named))
    return lines


def pairs_lines(count: int, pairs: Sequence[Pair]) -> list[str]:
    """Return the caution about rows of one decision that say different things, with both rows of the first pairs."""
    if not count:
        return []
    caution = Caution.ONE_KEY_TWO_ROWS
    lines = [spoken(messages.CAUTION_PAIRS, caution=caution, count=count, sentence=Text(caution.sentence, caution.zh))]
    lines += [
        spoken(messages.PAIR, first=one.first, second=one.second) + f"  {one.second.file}"
        for one in pairs[:_ROWS_NAMED]
    ]
    return [*lines, "  …"] if count > _ROWS_NAMED else lines


def unused_line(columns: Sequence[str]) -> list[str]:
    """Return a line for columns that the mapping does not use; none where there are none."""
    named = ", ".join(visible(name, _LONGEST_NAME) for name in columns)
    return [spoken(messages.UNUSED, named=named)] if columns else []


def _named(count: int, rows: Sequence[int]) -> str:
    if not rows:
        return ""
    more = ", …" if count > _ROWS_NAMED else ""
    first = ", ".join(map(str, rows[:_ROWS_NAMED]))
    return spoken(messages.NAMED_ROWS, first=first, more=more)
