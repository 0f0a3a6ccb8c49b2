"""What a reading found beside its rows, told to their department: in a preview, and by each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditbus.services.cli.language import counted, told
from creditbus.services.domain.invisible import visible
from creditbus.services.domain.reasons import Caution

if TYPE_CHECKING:
    from creditbus.connectors.noticing import Pair

__all__ = ["pairs_lines", "persons_lines", "unused_line"]

_ROWS_NAMED = 5
_LONGEST_NAME = 40


def persons_lines(withheld: int, withheld_rows: Sequence[int], cleared: int, cleared_rows: Sequence[int]) -> list[str]:
    """Return a line for withheld rows and one for cells without their numbers; none where there are none."""
    lines = []
    if withheld:
        named = _named(withheld, withheld_rows)
        lines.append(
            told(
                f"{withheld:,} 行涉及自然人{named}，内容不发送",
                f"{counted(withheld, 'row')} about natural persons{named}: nothing of them is sent",
            )
        )
    if cleared:
        named = _named(len(cleared_rows), cleared_rows)
        lines.append(
            told(
                f"{cleared:,} 个单元格中的身份号码已去除{named}",
                f"{counted(cleared, 'cell')} without the citizens' numbers that stood there{named}",
            )
        )
    return lines


def pairs_lines(count: int, pairs: Sequence[Pair]) -> list[str]:
    """Return the caution about rows of one decision that say different things, with both rows of the first pairs."""
    if not count:
        return []
    caution = Caution.ONE_KEY_TWO_ROWS
    lines = [
        told(
            f"提示 {caution}：{count:,} 对  {caution.zh}",
            f"warning {caution}: {counted(count, 'pair')}  {caution.sentence}",
        )
    ]
    lines += [
        told(f"  第 {one.first} 行与第 {one.second} 行", f"  rows {one.first} and {one.second}")
        + f"  {one.second.file}"
        for one in pairs[:_ROWS_NAMED]
    ]
    return [*lines, "  …"] if count > _ROWS_NAMED else lines


def unused_line(columns: Sequence[str]) -> list[str]:
    """Return a line for columns that the mapping does not use; none where there are none."""
    named = ", ".join(visible(name, _LONGEST_NAME) for name in columns)
    return [told(f"未使用的列：{named}", f"columns not used: {named}")] if columns else []


def _named(count: int, rows: Sequence[int]) -> str:
    if not rows:
        return ""
    more = ", …" if count > _ROWS_NAMED else ""
    first = ", ".join(map(str, rows[:_ROWS_NAMED]))
    return told(f"（第 {first}{more} 行）", f" (row {first}{more})")
