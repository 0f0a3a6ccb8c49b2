"""Draws bars as SVG, without a library: a median each, and a line from the least to the most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

__all__ = ["bars"]

_WIDTH = 720
_LABELS = 190
_VALUES = 90
_ROW = 30
_BAR = 18
_GAP = 46
_TEXT = 'font-family="sans-serif" font-size="13" fill="#222"'
_FIRST, _OTHERS = "#1f6f8b", "#a9b4bd"


def bars(panels: Sequence[tuple[str, Mapping[str, Sequence[float]]]]) -> str:
    """Return one panel below the other.

    Args:
        panels: title, and for each bar least, median and most; the first bar is ours.

    """
    height = sum(_GAP + _ROW * len(values) for _, values in panels) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {_TEXT}>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
    ]
    top = 0
    for title, values in panels:
        parts.append(f'<text x="10" y="{top + 28}" font-weight="bold">{escape(title)}</text>')
        parts += _panel(values, top + _GAP)
        top += _GAP + _ROW * len(values)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(values: Mapping[str, Sequence[float]], top: float) -> Iterator[str]:
    scale = (_WIDTH - _LABELS - _VALUES) / max(most for _, _, most in values.values())
    for number, (label, (least, median, most)) in enumerate(values.items()):
        y = top + number * _ROW
        middle = y + _BAR / 2
        yield f'<text x="{_LABELS - 8}" y="{middle + 5}" text-anchor="end">{escape(label)}</text>'
        yield (
            f'<rect x="{_LABELS}" y="{y}" width="{median * scale:.1f}" height="{_BAR}" '
            f'fill="{_OTHERS if number else _FIRST}"/>'
        )
        yield (
            f'<line x1="{_LABELS + least * scale:.1f}" x2="{_LABELS + most * scale:.1f}" y1="{middle}" y2="{middle}" '
            f'stroke="#222"/>'
        )
        digits = 0 if median >= 100 else 1  # noqa: PLR2004 -- three figures are enough
        yield f'<text x="{_LABELS + most * scale + 8:.1f}" y="{middle + 5}">{median:,.{digits}f}</text>'
