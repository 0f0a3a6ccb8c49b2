"""What one reading shows in addition to rows: persons that stay here, columns that changed, two rows of one decision.

A run looks before it publishes: a column that is gone would empty its field in every record.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from creditbus.connectors.common.field_names import field_names
from creditbus.connectors.contract import Column, Defect, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.mapping.compiler import Columns, Mapped, RowMapper
from creditbus.connectors.run import messages
from creditbus.services.domain.identifiers.persons import holds_number, without_numbers
from creditbus.services.domain.invisible import visible

__all__ = ["ACCEPT_COLUMNS", "Notices", "Pair", "Spot"]

ACCEPT_COLUMNS = "--accept-columns"
"""Option of `connector run` by which a person says that the columns are meant as they are."""

_MOST_NAMED = 20
_MOST_COMPARED = 1_000_000
"""Decisions of one reading that are remembered, a hundred bytes each; further ones are not compared."""
_MOST_LAYOUTS = 1024
_NAMED = itemgetter("item", "verb", "state", "authority", "document_no", "source_time")
_LONGEST_NAME = 40
_SHARE = 0.9
"""A column counts as the source's where this share of its rows has it: of JSON, a rare key may come and go."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row stands."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        return "  ".join(filter(None, (self.sheet, str(self.row))))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows of one decision about one party that say different things: the second replaces the first."""

    first: Spot
    second: Spot


@dataclass(slots=True)
class Notices:
    """Takes each row of a reading.

    Args:
        mapper: The connector's mapping.
        before: Columns of the last complete run; empty: not known.
        accepted: The columns are meant as they are.
    """

    mapper: RowMapper
    before: frozenset[str] = frozenset()
    accepted: bool = False
    withheld: list[int] = field(default_factory=list)
    """Numbers of the first rows about natural persons."""
    cleared: list[int] = field(default_factory=list)
    """Numbers of the first rows out of which a citizen's number was taken."""
    pairs: list[Pair] = field(default_factory=list)
    count_of_pairs: int = 0
    _layouts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _fresh: dict[tuple[str, str], set[tuple[str, ...]]] = field(default_factory=dict)
    _judged: set[tuple[str, str]] = field(default_factory=set)
    _said: dict[int, tuple[int, Spot]] = field(default_factory=dict, repr=False)

    def take(self, row: Row | Defect, mapped: Mapped | None) -> None:
        """Look at one row and what it was mapped to; ``None`` where it cannot be read.

        Raises:
            SourceError: the name of its file or sheet holds a citizen's number.
        """
        if mapped is None or isinstance(row, Defect):
            return
        layout = tuple(row.cells)
        if layout in self._layouts or len(self._layouts) < _MOST_LAYOUTS:
            self._layouts[layout] += 1
        place = (row.file, row.sheet)
        if place not in self._judged:
            _has_no_number(*place)
            self._fresh.setdefault(place, set()).add(layout)
        if mapped.withheld:
            _add(self.withheld, row.row)
            return
        if mapped.cleared:
            _add(self.cleared, row.row)
        self._compare(Spot(*place, row.row), mapped.event)

    def judge(self) -> None:
        """Judge the columns of files whose first rows were taken since the last call, before any of these is published.

        Raises:
            SourceError: a mandatory column is missing, or one is gone that the last complete run had.
        """
        for (file, sheet), layouts in self._fresh.items():
            self._judged.add((file, sheet))
            if not self.accepted:
                self._judge("  ".join(filter(None, (file, sheet))), {name for layout in layouts for name in layout})
        self._fresh.clear()

    def columns(self) -> frozenset[str]:
        """Return the columns that the mapping uses and nearly all rows had; those of before where there was no row."""
        total = self._layouts.total()
        if not total:
            return self.before
        counts: Counter[str] = Counter()
        for layout, count in self._layouts.items():
            counts.update(dict.fromkeys(layout, count))
        return frozenset(self._fit(name for name, count in counts.items() if count >= total * _SHARE).recognised)

    def unused(self) -> tuple[str, ...]:
        """Return the columns of all rows that the mapping neither uses nor leaves out on purpose."""
        return self._fit(dict.fromkeys(name for layout in self._layouts for name in layout)).unknown

    def _fit(self, names: Iterable[str]) -> Columns:
        return self.mapper.columns([Column(name) for name in names])

    def _judge(self, place: str, names: set[str]) -> None:
        fit = self._fit(sorted(names))
        unused = messages.NOT_USED(names=_named(fit.unknown)) if fit.unknown else ""
        if fit.missing:
            problem = messages.MANDATORY_MISSING(missing=field_names(self.mapper.item, fit.missing), unused=unused)
            raise SourceError(place, problem, messages.NAME_OR_ACCEPT(accept_columns=ACCEPT_COLUMNS))
        gone = sorted(self.before - names)
        if gone:
            problem = messages.COLUMN_GONE(named=_named(gone), unused=unused)
            fix = messages.NAME_NEW_OR_ACCEPT(accept_columns=ACCEPT_COLUMNS)
            raise SourceError(place, problem, fix)

    def _compare(self, spot: Spot, event: Mapping[str, Any]) -> None:
        key, content = _digests(event)
        if key is None:
            return
        known = self._said.get(key)
        if known is None:
            if len(self._said) < _MOST_COMPARED:
                self._said[key] = (content, spot)
        elif known[0] != content:
            self.count_of_pairs += 1
            if len(self.pairs) < _MOST_NAMED:
                self.pairs.append(Pair(known[1], spot))
            self._said[key] = (content, spot)


def _digests(event: Mapping[str, Any]) -> tuple[int | None, int]:
    """Digest whose decision a row is, with what it does, and what it says; a row that names no decision has no key.

    Of 64 bits, within one process: a million decisions meet by chance once in ten million readings.
    """
    header = event["header"]
    if not header["document_no"]:
        return None, 0
    # an entry and its removal are two acts under one number; so are two states of which the source tells the times
    return hash((*_NAMED(header), *event["claim"].values())), hash(tuple(event["content"].values()))


def _has_no_number(file: str, sheet: str) -> None:
    for name in (file, sheet):
        if holds_number(name):
            raise SourceError(without_numbers(name, "*"), messages.NUMBER_IN_NAME(), messages.RENAME_FILE())


def _named(columns: Iterable[str]) -> str:
    return ", ".join(visible(name, _LONGEST_NAME) for name in columns)


def _add(rows: list[int], row: int) -> None:
    if len(rows) < _MOST_NAMED:
        rows.append(row)
