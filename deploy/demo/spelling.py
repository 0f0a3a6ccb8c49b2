"""How people spell the same value: what the connectors must bring back into one form."""

from collections.abc import Collection
from random import Random

from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.normalise import parse_date

__all__ = ["Speller"]

_BLANKS = (" ", "\t", "\u00a0", "\u3000")
_EMPTY = (None, None, None, "", "/", "无", "-")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_PADDED = 0.05
_WIDENED = 0.03


class Speller:
    """Spells rows differently, leaving their meaning; two spellings of one row are duplicates."""

    def __init__(self, random: Random, *, dates: Collection[str], codes: Collection[str]) -> None:
        """Name the columns that hold dates, and those whose width does not matter (document numbers, codes)."""
        self._random = random
        self._dates = frozenset(dates)
        self._codes = frozenset(codes)

    def spell(self, cells: Cells) -> Cells:
        """Give another spelling of a row."""
        random = self._random
        spelt = {name: self._cell(name, value) for name, value in cells.items()}
        filled = [name for name, value in spelt.items() if isinstance(value, str) and cells[name] is not None]
        if filled and random.random() < _PADDED:
            name = random.choice(filled)
            spelt[name] = f"{random.choice(_BLANKS)}{spelt[name]}{random.choice(_BLANKS)}"
        wide = [name for name in filled if name in self._codes]
        if wide and random.random() < _WIDENED:
            name = random.choice(wide)
            spelt[name] = str(spelt[name]).translate(_FULL_WIDTH)
        return spelt

    def _cell(self, name: str, value: str | float | None) -> str | float | None:
        if value is None:
            return self._random.choice(_EMPTY)
        if name in self._dates and isinstance(value, str) and (day := parse_date(value)) is not None:
            forms = (
                value,
                value,
                value.replace("-", "/"),
                value.replace("-", "."),
                f"{day.year}/{day.month}/{day.day}",
            )
            return self._random.choice(forms)
        return value
