"""The language of number formats: sections, digits, literals, dates. Only what a cell is shown by is kept."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

__all__ = ["FormatSection", "Sections", "sections"]

_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?
    | [\\!](?P<escaped>.)
    | [_*](?P<filler>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General | G/[^\s;"\[\\]+)
    | (?P<clock>AM/PM | A/P | 上午/下午)
    | (?P<exponent>E[+-])
    | (?P<era>e+|g+|b+|r+)
    | (?P<moment>y+|m+|d+|h+|s+|a{3,4})
    | (?P<digit>[0\#])
    | (?P<other_number>[?.,%])
    | (?P<text>@)
    | (?P<letter>[A-Za-z])
    | (?P<literal>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_MOST_SECTIONS = 3
"""Of numbers; a fourth is of texts."""
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_NUMERALS = re.compile(r"DBNum\d|\$-[0-9A-F]{7,8}", re.IGNORECASE)
"""Numerals of a script of its own: 一二三."""

Temporal = Literal["", "moment", "span"]


class FormatSection(NamedTuple):
    """One section of a format code."""

    temporal: Temporal
    """moment: a day or a time; span: elapsed hours, minutes, seconds."""
    parts: tuple[str, ...] | None
    """``0`` and ``#`` for a digit, ``*`` for all digits, else a literal after ``'``; None: not rendered here."""
    conditional: bool
    """Chosen by a condition of its own, such as [>=1000]."""

    @property
    def is_general(self) -> bool:
        """Whether it shows a number by its digits, or a text by its characters, and nothing else."""
        return not self.temporal and not self.conditional and self.parts == ("*",)

    def render_text(self, text: str) -> str | None:
        """Write a text as the sheet shows it; None: by more than itself and literals, or not at all."""
        parts = self.parts
        if parts is None or self.conditional or "*" not in parts or not {"0", "#"}.isdisjoint(parts):
            return None
        return "".join([text if part == "*" else part[1:] for part in parts])

    def render(self, number: int, *, signed: bool) -> str | None:
        """Write a whole number as the sheet shows it; None: by more than digits and literals.

        Args:
            number: The number.
            signed: The section is for numbers below zero, too; else it says itself what stands for the sign.
        """
        parts = self.parts
        if parts is None or (number and all(part[0] == "'" for part in parts)):
            return None  # a section without a place for digits hides its number
        sign = "-" if signed and number < 0 else ""
        return sign + "".join(reversed(list(_filled(parts, str(abs(number)) if number else ""))))


class Sections(NamedTuple):
    """The sections of a format code."""

    numbers: tuple[FormatSection, ...]
    """That of all numbers, or those above, below and at zero."""
    texts: FormatSection | None
    """None: a text is shown as it is."""


def _filled(parts: Sequence[str], digits: str) -> Iterator[str]:
    """Fill digits in from the right; the first place takes all that are left. Gives the parts from the right."""
    first = next((place for place, part in enumerate(parts) if part in "0#*"), -1)
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if part[0] == "'":
            yield part[1:]
        elif part == "*":
            yield digits or "0"
            digits = ""
        else:
            taken = digits if place == first else digits[-1:]
            digits = digits[: len(digits) - len(taken)]
            yield taken or ("0" if part == "0" else "")


def sections(code: str) -> Sections:
    """Take a format code apart."""
    pieces: list[list[re.Match[str]]] = [[]]
    for match in _TOKEN.finditer(code):
        if match["literal"] == ";":
            pieces.append([])
        else:
            pieces[-1].append(match)
    texts = None
    if any(match["text"] for match in pieces[-1]):
        # a code of one section shows numbers by it, too
        texts = _section(pieces.pop() if len(pieces) > 1 else pieces[0])
    elif len(pieces) > _MOST_SECTIONS:
        texts = _section(pieces[_MOST_SECTIONS])
    shown_as_it_is = texts is not None and texts.is_general
    return Sections(tuple(map(_section, pieces[:_MOST_SECTIONS])), None if shown_as_it_is else texts)


def _section(tokens: Sequence[re.Match[str]]) -> FormatSection:
    parts: list[str] = []
    kinds: set[str] = set()
    conditional = False
    for match in tokens:
        kind, text = match.lastgroup or "", match[match.lastgroup or 0] or ""
        if kind == "bracket":
            kind, text = _bracket(text)
            conditional = conditional or kind == "condition"
        kinds.add(kind)
        if kind in ("quoted", "escaped", "literal"):
            parts.append(f"'{text}")
        elif kind == "digit":
            parts.append(text)
        elif kind in ("general", "text"):
            parts.append("*")
    if kinds & {"moment", "era", "clock", "elapsed"}:
        return FormatSection("span" if "elapsed" in kinds else "moment", None, conditional)
    rendered = not kinds & {"exponent", "other_number", "letter", "numerals"} and not _mixes(parts)
    return FormatSection("", _joined(parts) if rendered else None, conditional)


def _bracket(text: str) -> tuple[str, str]:
    if _ELAPSED.fullmatch(text):
        return "elapsed", ""
    if text[:1] in ("<", ">", "="):
        return "condition", ""
    if _NUMERALS.match(text):
        return "numerals", ""
    if text.startswith("$"):
        return "quoted", text[1:].partition("-")[0]  # a currency's sign, and the language
    return "colour", ""


def _mixes(parts: Sequence[str]) -> bool:
    """Say whether digits stand next to a place for all digits, or on either side of a slash: a fraction."""
    places = [part for part in parts if part[0] != "'"]
    return ("*" in places and len(places) > 1) or (bool(places) and "'/" in parts)


def _joined(parts: Sequence[str]) -> tuple[str, ...]:
    """Join neighbouring literals and leave empty ones out."""
    joined: list[str] = []
    for part in parts:
        if part[0] == "'" and joined and joined[-1][0] == "'":
            joined[-1] += part[1:]
        else:
            joined.append(part)
    return tuple(part for part in joined if part != "'")
