"""Characters without ink: blanks of every kind, control and format characters, fillers.

Pages, chats and spreadsheets leave them in cells; nobody sees them, and two codes that look alike differ.
"""

import re

__all__ = ["OUTSIDE", "invisible_at", "is_divided", "visible", "without_invisible"]

_BLANKS = "".join(
    chr(code)
    for first, last in (
        (0x00, 0x20),  # control characters, tab, line ends, the space
        (0x7F, 0xA0),  # more control characters, the no-break space
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x2800, 0x2800),  # braille without a dot
        (0x3000, 0x3000),  # the wide space
    )
    for code in range(first, last + 1)
)
"""Blanks: Unicode's categories Zs, Zl, Zp and Cc, and what has no ink though it counts as a sign."""
_FORMATS = "".join(
    chr(code)
    for first, last in (
        (0xAD, 0xAD),  # soft hyphen
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x115F, 0x1160),  # fillers without ink
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),  # zero width, marks of direction
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),  # variants of a sign
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE007F),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
"""Characters without ink: Unicode's category Cf as far as texts hold it, fillers, variation selectors."""
OUTSIDE = _BLANKS + _FORMATS
"""What is trimmed."""
_FILLERS = frozenset(one for one in OUTSIDE if one.isprintable() and one != " ")
_LIKE_SPACE = " \u2800\u3000"
"""Blanks that Python takes for printable, and the wide space: in a code, each is a plain space."""
_DIVIDERS = "".join(sorted(set(_BLANKS) - set(_LIKE_SPACE)))
"""Blanks that no code holds."""
_BETWEEN_NUMBERS = dict.fromkeys(map(ord, _FORMATS)) | dict.fromkeys(map(ord, _LIKE_SPACE), " ")
_INSIDE = _BETWEEN_NUMBERS | dict.fromkeys(map(ord, _DIVIDERS))
_SPACED = {ord(one): None if one in _FORMATS else " " for one in OUTSIDE}
_OF_NUMBERS = r"0-9A-Za-z.,+\-０-９Ａ-Ｚａ-ｚ．，＋－"
_BETWEEN = re.compile(f"(?<=[{_OF_NUMBERS}])([{re.escape(OUTSIDE)}]+)(?=[{_OF_NUMBERS}])")
_DIVIDER = re.compile(f"[{re.escape(_DIVIDERS)}]")


def without_invisible(text: str, *, spaced: bool = False) -> str:
    r"""Drop what has no ink inside a code or number: two codes that look alike are one.

    A plain space stays, for validation to name, and a wide one becomes a plain one. Any other blank stays as it is
    between two signs of which numbers and codes are made: 12, a line end and 13 may be two numbers, and nobody wrote
    1213. In other places a blank merely wraps what is long, and is dropped.

    Args:
        text: a trimmed text.
        spaced: blanks become plain spaces in place of nothing, as between a date and its time of day.

    >>> without_invisible("〔2025〕\u200b5号"), without_invisible("2025-03-03\u00a010:00", spaced=True)
    ('〔2025〕5号', '2025-03-03 10:00')
    >>> without_invisible("〔2025〕\n5号"), without_invisible("12\u200b\n13")
    ('〔2025〕5号', '12\n13')
    """
    if text.isprintable() and not _has_filler(text):
        return text
    if spaced:
        return text.translate(_SPACED)
    # the odd ones stand between such signs
    parts = enumerate(_BETWEEN.split(text))
    return "".join([part.translate(_BETWEEN_NUMBERS if place % 2 else _INSIDE) for place, part in parts])


def is_divided(text: str) -> bool:
    """Say whether a code holds a blank other than a plain space, and so may be two."""
    return not text.isprintable() and _DIVIDER.search(text) is not None


def visible(text: str, longest: int | None = None) -> str:
    r"""Show a text in one line: characters without ink as escapes, and what is too long with an ellipsis.

    >>> visible("3号\u200b\n"), visible("一二三四五", 3)
    ('3号\\u200b\\n', '一二…')
    """
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(one if _has_ink(one) else _escaped(one) for one in text)


def invisible_at(text: str) -> str:
    """Name the first blank or other character without ink, such as ``U+200B at 19``; empty where there is none."""
    found = next(((place, one) for place, one in enumerate(text, start=1) if one in OUTSIDE or not _has_ink(one)), None)
    return "" if found is None else f"U+{ord(found[1]):04X} at {found[0]}"


def _has_ink(one: str) -> bool:
    return one in " \u3000" or (one.isprintable() and one not in OUTSIDE)


def _has_filler(text: str) -> bool:
    """Tell whether a text holds what Python takes for printable although it has no ink."""
    return not text.isascii() and not _FILLERS.isdisjoint(text)


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
