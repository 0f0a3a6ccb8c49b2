"""Joins a mapping and a catalogue item into one function from a row to an event."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from creditbus.connectors.contract import Cell, Column, Row
from creditbus.connectors.files.sheet_cells import FaultyCell
from creditbus.connectors.mapping.cells import typed_text
from creditbus.connectors.mapping.model import Form
from creditbus.connectors.mapping.names_of import NameValues
from creditbus.connectors.mapping.naming import Names
from creditbus.connectors.mapping.of_sheets import DOUBTFUL_STARTS, DOUBTFUL_TYPES, TEMPORAL, is_doubtful, sheet_text
from creditbus.connectors.mapping.persons import PersonGuard
from creditbus.connectors.mapping.plan import FURTHER_KEY, MappingPlan, Target
from creditbus.services.domain import normalise
from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import CLAIM_FIELDS, NO_ACT, NO_CODES, NO_HASH, RecordState, SubjectKind, Verb
from creditbus.services.domain.invisible import without_invisible
from creditbus.services.domain.validation.cell_marks import cell_mark, code_mark

__all__ = ["Columns", "Mapped", "RowMapper"]

_PARTS = {"content": 0, "claim": 1, "header": 2}
_MOST_LAYOUTS = 4096
"""Sets of columns remembered; a file whose every row has other keys must not fill the memory."""
_DATES = frozenset({"date", "date-open"})
_DATED = _DATES | {"datetime"}
_LONGEST_KEY = 48
_KEYS = ("authority", "authority_name", "document_no")
_WRAPPED = ("=", "'")
"""How a spreadsheet's way to keep a text begins; asked first, for nearly no cell begins so."""


class Mapped(NamedTuple):
    """One row as an event. ``repr`` shows nothing of it: it may speak of a person."""

    event: dict[str, Any]
    withheld: bool
    """The row is about a natural person whom the item does not admit: the event holds nothing of it but its place."""
    cleared: int = 0
    """Cells out of which a citizen's number was taken."""

    def __repr__(self) -> str:
        return f"Mapped(withheld={self.withheld})"


@dataclass(frozen=True, slots=True)
class Columns:
    """How a mapping fits the columns that a source has."""

    recognised: tuple[str, ...]
    unknown: tuple[str, ...]
    """Columns of the source that the mapping neither uses nor ignores on purpose."""
    missing: tuple[str, ...]
    """Mandatory fields of the item, and columns of a further key, that the source has no column for."""


class _Write(NamedTuple):
    """One field that a column fills."""

    part: int
    field: str
    half_width: bool
    empties: frozenset[str]
    transform: Callable[[str], Any] | None
    otherwise: bool
    form: Form
    code: str
    """Of the field, as refusals name it."""


class _Read(NamedTuple):
    """One column, read once for all its fields, so that a repaired cell counts once."""

    column: str
    half_width: bool
    day_only: bool
    spaced: bool
    """A blank of any kind stands between a day and its time."""
    writes: tuple[_Write, ...]


class RowMapper:
    """Maps rows of one connector; keeps nothing of them.

    Args:
        plan: The mapping, resolved against the catalogue item.
        item: The catalogue item.
        department: Id of the department that publishes.
    """

    def __init__(self, plan: MappingPlan, item: Item, department: str) -> None:
        self._item = item
        self._department = department
        self._plan = plan
        self._layouts: dict[tuple[str, ...], tuple[_Read, ...]] = {}
        self._content = {name: plan.constants.get(("content", name)) for name in item.fields}
        self._claim = {name: plan.constants.get(("claim", name)) for name in CLAIM_FIELDS}
        self._header = {name: value for (part, name), value in plan.constants.items() if part == "header"}
        self._guard = None if item.admits_persons else PersonGuard(item, plan.carried)
        self._names = NameValues(plan.named) if plan.named else None

    @property
    def item(self) -> Item:
        """The catalogue item that rows become."""
        return self._item

    def __call__(self, row: Row, run: str) -> Mapped:
        """Map one row, on behalf of one run of the connector.

        Raises:
            ConfigurationError: two of its columns differ by case alone, and the mapping uses one of them.
        """
        content, claim, given = self._content.copy(), self._claim.copy(), self._header.copy()
        marks: list[str] = []
        parts = (content, claim, given)
        repaired = self._fill(row, parts, marks)
        if self._names is not None:
            _fill_named(self._names, row, parts)
        for (part, name), value in self._plan.defaults.items():
            if not parts[_PARTS[part]].get(name):
                parts[_PARTS[part]][name] = value
        guard, cleared = self._guard, 0
        kind = given.get("subject_kind") or self._item.stated_kind(content, claim)
        if guard is not None:
            numbers = guard.may_hold_number(content, claim, given)
            if guard.states_person(kind, content) or (numbers and guard.names_person(content, claim, given)):
                return self._withhold(row, run, repaired)
            cleared = guard.clear_document(claim) + (guard.clear(content) if numbers else 0)
            if guard.is_unknown(content):
                guard.disguise(content, claim)
                given.pop("subject_name", None)
        derived = self._item.derive(content, claim, self._department)
        header = self.header(row, run)
        header.update(
            verb=derived.verb,
            state=derived.state,
            authority=given.get("authority") or derived.authority,
            authority_name=given.get("authority_name") or derived.authority_name,
            document_no=given.get("document_no") or derived.document_no,
            subject_name=given.get("subject_name") or derived.subject_name,
            subject_kind=kind,
            source_time=given.get("source_time"),
            normalised=repaired,
            warnings=[*marks, *self._unfound_party(content)],
        )
        for name in _KEYS:  # two names that look alike are one record's
            if not header[name].isprintable():
                header[name] = _key_of(header[name])
                header["normalised"] += 1
        if self._plan.further_key and header["document_no"]:
            header["document_no"] += _further(parts[_PARTS[part]].get(name) for part, name in self._plan.further_key)
        event = {"header": header, "act": derived.act, "claim": claim, "content": content}
        return Mapped(event, withheld=False, cleared=cleared)

    def header(self, row: Any, run: str) -> dict[str, Any]:
        """Make the header of a row or a defect of which nothing is known but its place."""
        return {
            "item": self._item.id,
            "verb": Verb.ISSUE,
            "event_id": NO_HASH,
            "content_hash": NO_HASH,
            "authority": "",
            "authority_name": "",
            "document_no": "",
            "subject": "",
            "subject_name": "",
            "subject_kind": SubjectKind.UNSTATED,
            "state": RecordState.ACTIVE,
            "source_time": None,
            "received_at": 0,
            "sequence": 0,
            "reading": None,
            "lifts": False,
            "origin": {
                "department": self._department,
                "run": run,
                "file": row.file,
                "sheet": row.sheet,
                "row": row.row,
            },
            "normalised": 0,
            "warnings": [],
            "applied": None,
        }

    def columns(self, columns: Sequence[Column]) -> Columns:
        """Compare the mapping with the columns of a source.

        Raises:
            ConfigurationError: two columns differ by case alone, and the mapping uses one of them.
        """
        names = Names(column.name for column in columns)
        used: set[str] = set()
        filled = {name for part, name in self._plan.constants if part == "content"}
        filled |= {target.name for target in self._plan.named if target.part == "content"}
        missing = []
        for target in self._plan.targets:
            if found := names.first(target.columns):
                used.add(found)
                filled |= {target.name} if target.part == "content" else set()
            elif target.name.startswith(FURTHER_KEY):
                missing.append(target.columns[0])  # without it, the rows that it tells apart are one record
        missing += (name for name, field in self._item.fields.items() if field.mandatory and name not in filled)
        left_out = {name for one in self._plan.ignored for name in names.like(one)}
        unknown = {column.name for column in columns} - used - left_out
        return Columns(
            tuple(column.name for column in columns if column.name in used),
            tuple(column.name for column in columns if column.name in unknown),
            tuple(missing),
        )

    def column_of(self, field: str, have: Iterable[str]) -> str | None:
        """Return the column that fills a field of content or claim, by the field's code; None where none does."""
        names = Names(have)
        claims = {code: name for name, code in self._item.claims.items()}
        wanted = {("content", field), ("claim", claims.get(field, ""))}
        found = (target for target in self._plan.targets if (target.part, target.name) in wanted)
        return next(filter(None, (names.first(target.columns) for target in found)), None)

    def claim_title(self, code: str) -> str:
        """Return what the column of a subject's code is called other than by its code; empty: nothing."""
        names = {code: name for name, code in self._item.claims.items()}
        found = (one for one in self._plan.targets if one.part == "claim" and one.name == names.get(code))
        return next((name for target in found for name in target.columns if name != code), "")

    def titles(self) -> frozenset[str]:
        """Return every title of a column that the mapping knows, those left out on purpose too."""
        return frozenset((*self._plan.ignored, *(name for target in self._plan.targets for name in target.columns)))

    def targets(self) -> tuple[Target, ...]:
        """Return what columns fill, as the mapping says."""
        return self._plan.targets

    def _fill(self, row: Row, parts: tuple[dict[str, Any], ...], marks: list[str]) -> int:
        cells = row.cells
        repaired = 0
        trim, narrowed, unwrapped = normalise.trim, normalise.half_width, normalise.unwrapped
        inked = without_invisible
        for column, any_half_width, day_only, spaced, writes in self._reads(tuple(cells)):
            cell = cells[column]
            if cell is None or cell == "":
                continue
            if isinstance(cell, str) and type(cell) is not FaultyCell:
                text = narrow = trim(cell)
                if text.startswith(_WRAPPED):
                    text = narrow = unwrapped(text)
                if any_half_width and not (text.isascii() and text.isprintable()):
                    narrow = narrowed(text if text.isprintable() else inked(text, spaced=spaced))
                if narrow != cell:
                    repaired += 1
                cell = narrow
                doubtful = narrow[:1] in DOUBTFUL_STARTS and is_doubtful(narrow)
            else:
                text = narrow = _typed(cell, day_only=day_only)
                doubtful = type(cell) in DOUBTFUL_TYPES or (row.sheet != "" and isinstance(cell, TEMPORAL))
            if doubtful:
                _fill_doubtful(cell, writes, parts, marks)
                continue
            for part, field, half_width, empties, transform, otherwise, _, _ in writes:
                value = narrow if half_width else text
                if value not in empties and not (otherwise and parts[part].get(field) is not None):
                    parts[part][field] = value if transform is None else transform(value)
        return repaired

    def _unfound_party(self, content: Mapping[str, Any]) -> Iterator[str]:
        """Mark the field of categories where the mapping looked for the kind of a party by its code, and found none."""
        field = self._plan.party_field
        if field and not content[field]:
            yield code_mark(field)

    def _reads(self, layout: tuple[str, ...]) -> tuple[_Read, ...]:
        """Return what to read of rows with these columns; JSON rows may differ in theirs."""
        found = self._layouts.get(layout)
        if found is None:
            found = tuple(_reads(self._plan, layout, self._item.claims))
            if len(self._layouts) < _MOST_LAYOUTS:
                self._layouts[layout] = found
        return found

    def _withhold(self, row: Row, run: str, repaired: int) -> Mapped:
        header = self.header(row, run)
        header.update(subject_kind=SubjectKind.NATURAL_PERSON, normalised=repaired)
        event = {
            "header": header,
            "act": NO_ACT,
            "claim": NO_CODES,
            "content": dict.fromkeys(self._content),
        }
        return Mapped(event, withheld=True)


def _fill_named(names: NameValues, row: Row, parts: tuple[dict[str, Any], ...]) -> None:
    """Write what the names of a row's file and sheet say."""
    for part, field, value, otherwise in names.of(row):
        fields = parts[_PARTS[part]]
        if not (otherwise and fields.get(field) is not None):
            fields[field] = value


def _further(values: Iterable[str | None]) -> str:
    """Write what tells rows of one decision apart; a long value by its digest, for the number is part of every key."""
    given = [_key_of(value) for value in values if value]
    return "".join(f"#{value if len(value) <= _LONGEST_KEY else _digest(value)}" for value in given)


def _key_of(text: str) -> str:
    """Write a text as a part of a record's key: in one line, and what a blank divides stays divided."""
    return without_invisible(without_invisible(text), spaced=True)


def _digest(value: str) -> str:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _reads(plan: MappingPlan, layout: Iterable[str], claims: Mapping[str, str]) -> Iterator[_Read]:
    names = Names(layout)
    # a column left out on purpose fills nothing, but a blank around it is repaired like any other
    by_column: dict[str, list[Target]] = {name: [] for one in plan.ignored for name in names.like(one)}
    for target in plan.targets:
        if found := names.first(target.columns):
            by_column.setdefault(found, []).append(target)
    for column, group in by_column.items():
        writes = tuple(
            _Write(
                _PARTS[target.part],
                target.name,
                target.form != "text",
                target.empties,
                target.transform,
                target.otherwise,
                target.form,
                _code(target, claims),
            )
            for target in group
        )
        yield _Read(
            column,
            any(write.half_width for write in writes),
            any(target.form in _DATES for target in group),
            any(target.form in _DATED for target in group),
            writes,
        )


def _code(target: Target, claims: Mapping[str, str]) -> str:
    """Name a field as refusals do."""
    if target.part == "claim":
        return claims.get(target.name, target.name)
    if target.name.startswith(FURTHER_KEY):
        return "header.document_no"  # which it becomes a part of
    return f"header.{target.name}" if target.part == "header" else target.name


def _fill_doubtful(cell: Cell, writes: Iterable[_Write], parts: tuple[dict[str, Any], ...], marks: list[str]) -> None:
    """Write such a cell or number, or mark that it is not a value of a field; what it shows stands there then."""
    for write in writes:
        said, reason = sheet_text(_day(cell) if write.form in _DATES else cell, write.form)
        text = normalise.trim(said)
        value = normalise.half_width(without_invisible(text)) if write.half_width else text
        part = parts[write.part]
        if value in write.empties or (write.otherwise and part.get(write.field) is not None):
            continue
        if reason is None:
            part[write.field] = value if write.transform is None else write.transform(value)
        else:
            marks.append(cell_mark(reason, write.code))
            if part is not parts[_PARTS["header"]]:
                part[write.field] = value


def _day(cell: Cell) -> Cell:
    return date(cell.year, cell.month, cell.day) if isinstance(cell, datetime) else cell


def _typed(cell: Cell, *, day_only: bool) -> str:
    return typed_text(_day(cell) if day_only else cell) or ""
