"""The promises of :mod:`creditbus.connectors.contract` as cases that any kind of source can run, a third party's too.

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
    def test_my_kind_keeps_the_contract(case, my_source):
        case(my_source)

The source should hold a few dozen rows, some of them defects, and must not change meanwhile.
"""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError

from creditbus.connectors.contract import Defect, Kind, Row, Source

__all__ = ["CASES", "KIND_CASES", "ConformanceError"]

_RESUMED = 64


class ConformanceError(AssertionError):
    """A source breaks a promise of the contract."""


def _expect(promise: str, *, kept: bool) -> None:
    if not kept:
        raise ConformanceError(promise)


def check_finds_nothing_wrong(source: Source) -> None:
    """A readable source has findings, all of them good."""
    findings = source.check()
    _expect("check has something to say", kept=bool(findings))
    for finding in findings:
        _expect(f"check is content: {finding.message}", kept=finding.ok)


def rows_are_the_same_each_time(source: Source) -> None:
    """Two readings give the same rows in the same order."""
    _expect("read is deterministic", kept=list(source.read(None)) == list(source.read(None)))


def every_position_resumes_behind_its_row(source: Source) -> None:
    """From any row's position on come exactly the rows after it."""
    rows = list(source.read(None))
    _expect("there are rows to test with", kept=len(rows) > 1)
    step = max(1, len(rows) // _RESUMED)
    for place in {*range(0, len(rows), step), len(rows) - 1}:
        rest = list(source.read(rows[place].position))
        _expect(f"read resumes after row {rows[place].row}", kept=rest == rows[place + 1 :])


def positions_survive_json(source: Source) -> None:
    """A position is the same after a round through JSON, for it is kept as JSON."""
    for row in source.read(None):
        _expect("positions are JSON", kept=json.loads(json.dumps(row.position)) == row.position)


def places_are_unique(source: Source) -> None:
    """No two rows have the same place, and rows count from 1."""
    places = [(row.file, row.sheet, row.row) for row in source.read(None)]
    _expect("places are unique", kept=len(set(places)) == len(places))
    _expect("rows count from 1", kept=all(row >= 1 for _, _, row in places))


def reading_can_be_abandoned(source: Source) -> None:
    """A reading given up in the middle disturbs nothing."""
    whole = list(source.read(None))
    given_up = source.read(None)
    next(iter(given_up))
    _close(given_up)
    _expect("an abandoned read leaves no trace", kept=list(source.read(None)) == whole)


def version_is_stable(source: Source) -> None:
    """Reading does not change the version."""
    before = source.version()
    list(source.read(None))
    _expect("version changes with the content only", kept=source.version() == before)


def size_is_no_less_than_the_rows(source: Source) -> None:
    """Where a size is known, a progress bar does not run over it."""
    size = source.size()
    _expect("size bounds the rows", kept=size is None or size >= sum(1 for _ in source.read(None)))


def discovered_columns_name_the_cells(source: Source) -> None:
    """Cells are keyed by the names that ``discover`` gives."""
    names = {column.name for table in source.discover() for column in table.columns}
    for row in islice(source.read(None), 100):
        if isinstance(row, Row):
            _expect("discover knows every cell's column", kept=set(row.cells) <= names)


def representations_hold_no_cell(source: Source) -> None:
    """``repr`` of a row, as logs would have it, shows its place alone."""
    for row in source.read(None):
        text = repr(row)
        if isinstance(row, Defect):
            _expect("repr of a defect hides its bytes", kept=repr(row.original) not in text)
        else:
            _expect("repr of a row hides its cells", kept=repr(row.cells) not in text)


def settings_describe_themselves(kind: Kind) -> None:
    """Every setting has a description, for ``connector spec`` is what a department reads."""
    schema = kind.settings.model_json_schema()
    for name, setting in schema.get("properties", {}).items():
        _expect(f"setting {name} has a description", kept=bool(setting.get("description")))


def settings_refuse_unknown_keys(kind: Kind) -> None:
    """A misspelt key is an error, not a setting that silently does nothing."""
    try:
        kind.settings.model_validate({"no such setting": 1})
    except ValidationError as errors:
        refused = any(error["type"] == "extra_forbidden" for error in errors.errors())
    else:
        refused = False
    _expect("settings refuse unknown keys", kept=refused)


def settings_are_a_model(kind: Kind) -> None:
    """``settings`` is a pydantic model, and the kind has a name and titles."""
    _expect("settings is a model", kept=issubclass(kind.settings, BaseModel))
    _expect("the kind has a name and titles", kept=bool(kind.name) and {"zh", "en"} <= set(kind.title))


def _close(rows: Iterator[Any]) -> None:
    close = getattr(rows, "close", None)
    if close is not None:
        close()


CASES: tuple[Callable[[Source], None], ...] = (
    check_finds_nothing_wrong,
    rows_are_the_same_each_time,
    every_position_resumes_behind_its_row,
    positions_survive_json,
    places_are_unique,
    reading_can_be_abandoned,
    version_is_stable,
    size_is_no_less_than_the_rows,
    discovered_columns_name_the_cells,
    representations_hold_no_cell,
)
"""Cases for an opened source."""

KIND_CASES: tuple[Callable[[Kind], None], ...] = (
    settings_are_a_model,
    settings_describe_themselves,
    settings_refuse_unknown_keys,
)
"""Cases for a kind."""
