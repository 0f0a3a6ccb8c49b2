"""What may stand in a mapping file; what each key means is in `page_messages.MEANINGS`, for page and schema alike."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from creditbus.connectors.mapping import messages
from creditbus.connectors.mapping.units import UNITS
from creditbus.services.domain.event import CLAIM_FIELDS

__all__ = ["Form", "FurtherColumn", "LookupTable", "MappingModel", "NameOf", "Rule", "Unit"]

Form = Literal["text", "code", "number", "date", "date-open", "datetime", "epoch_ms"]
"""How a cell is read: code and number are brought to half width, date and date-open to ISO.

datetime is a date with a time of day, epoch_ms counts milliseconds since 1970: a field of dates takes the day in the
city.
"""

NameOf = Literal["file", "sheet"]

HeaderField = Literal["authority", "authority_name", "document_no", "subject_kind", "subject_name", "source_time"]


_LIKE_NAMES = (str, int, float, date)


def _claim_field(name: str) -> str:
    if name not in CLAIM_FIELDS:
        raise ValueError(messages.NOT_A_CODE(known=", ".join(CLAIM_FIELDS)))
    return name


ClaimField = Annotated[str, AfterValidator(_claim_field)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Unit(_Strict):
    """Conversion of an amount; the schema's unit is ``to``."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    written: bool = False

    @field_validator("source", "target")
    @classmethod
    def _known(cls, unit: str) -> str:
        if unit not in UNITS:
            raise ValueError(messages.NO_UNIT(unit=unit, known=", ".join(UNITS)))
        return unit


def _column_in_short(value: Any) -> Any:
    """Read the short forms of a rule: a name, a list of names, a single name under ``column``.

    A name that YAML takes for a number or a day, such as 2024, is kept as the name that it is meant to be, so that what
    is said of it is that it needs quotes.
    """
    if isinstance(value, _LIKE_NAMES):
        return {"column": (value,)}
    if isinstance(value, list):
        return {"column": value}
    if isinstance(value, dict) and isinstance(value.get("column"), _LIKE_NAMES):
        return {**value, "column": (value["column"],)}
    return value


class FurtherColumn(_Strict):
    """A column that fills no field, and tells several rows of one decision apart."""

    column: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        return _column_in_short(value) if isinstance(value, dict) else value


class Rule(_Strict):
    """How one field gets its value: from a column, a constant, or the name of the file or sheet.

    The order of work: trim, half width (by form), empties, ``pattern``, ``values``, then by the field's format
    ``suffixes``, ``thousands`` and ``unit`` or ``day_numbers`` and ``date_forms``, then ``lookup`` or ``find``; at
    last ``otherwise`` and ``default`` where nothing has come of it.
    """

    column: tuple[str, ...] = ()
    constant: str | None = None
    name_of: NameOf | None = None
    pattern: str | None = None
    default: str | None = None
    form: Form | None = None
    date_forms: tuple[str, ...] = ()
    day_numbers: Literal[1900, 1904] | None = None
    empties: tuple[str, ...] | None = None
    values: dict[str, str] | None = None
    thousands: bool = False
    suffixes: tuple[str, ...] = ()
    unit: Unit | None = None
    lookup: str | None = None
    find: Literal["division", "party"] | None = None
    otherwise: "Rule | None" = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        return _column_in_short(value)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        beside_constant = (self.column, self.values, self.unit, self.lookup, self.find, self.name_of, self.default)
        if self.constant is not None and any(beside_constant):
            raise ValueError(messages.CONSTANT_ALONE())
        if self.name_of and self.column:
            raise ValueError(messages.COLUMN_OR_NAME())
        if self.pattern is not None and not self.name_of:
            raise ValueError(messages.PATTERN_OF_NAMES())
        if self.lookup and self.find:
            raise ValueError(messages.LOOKUP_OR_FIND())
        if self.otherwise and (self.constant or self.otherwise.constant or self.otherwise.otherwise):
            raise ValueError(messages.OTHERWISE())
        if self.otherwise and self.otherwise.default is not None:
            raise ValueError(messages.DEFAULT_OF_THE_FIRST())
        return self

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            groups = re.compile(pattern or "").groups
        except re.error as error:
            raise ValueError(messages.NOT_A_PATTERN(error=error)) from error
        if groups > 1:
            raise ValueError(messages.ONE_GROUP())
        return pattern


class LookupTable(_Strict):
    """A table in a csv file, such as authority names and codes."""

    path: str
    key: str
    value: str


class MappingModel(_Strict):
    """One mapping file. A content field that it does not name takes the column of its own code or title."""

    title: dict[Literal["zh", "en"], str] = Field(default_factory=dict)
    item: str
    empties: tuple[str, ...] = ("", "/", "无", "-", "N/A")
    time_zone: str = "Asia/Shanghai"
    by_name: bool = True
    content: dict[str, Rule] = Field(default_factory=dict)
    claim: dict[ClaimField, Rule] = Field(default_factory=dict)
    header: dict[HeaderField, Rule] = Field(default_factory=dict)
    tables: dict[str, LookupTable] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    carry_numbers: tuple[str, ...] = ()
    further_key: tuple[str | FurtherColumn, ...] = ()

    @field_validator("content", "claim", "header", mode="before")
    @classmethod
    def _filled_in_later(cls, value: Any) -> Any:
        """Take a key with nothing but comments below it for one without rules."""
        return {} if value is None else value
