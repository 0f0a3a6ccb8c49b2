"""What may stand in a mapping file."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from creditbus.connectors.mapping import messages
from creditbus.services.domain.event import CLAIM_FIELDS

__all__ = ["UNITS", "Form", "LookupTable", "MappingModel", "Rule", "Unit"]

Form = Literal["text", "code", "number", "date", "date-open", "datetime", "epoch_ms"]
"""How a cell is read: code and number are brought to half width, date and date-open to ISO.

datetime is a date with a time of day, epoch_ms counts milliseconds since 1970: a field of dates takes the day in the
city.
"""

UNITS = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}

HeaderField = Literal["authority", "authority_name", "document_no", "subject_kind", "subject_name", "source_time"]


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

    @field_validator("source", "target")
    @classmethod
    def _known(cls, unit: str) -> str:
        if unit not in UNITS:
            raise ValueError(messages.NO_UNIT(unit=unit, known=", ".join(UNITS)))
        return unit


class Rule(_Strict):
    """How one field gets its value: from a column, or a constant.

    The order of work: trim, half width (by form), empties, ``values``, ``unit``, ``lookup`` or ``find``.
    """

    column: tuple[str, ...] = Field(
        default=(), description="Names of the column, the first that the source has; empty: the field's code and title."
    )
    constant: str | None = Field(default=None, description="A value for every row, in place of a column.")
    form: Form | None = Field(default=None, description="null: as the field's format in the catalogue says.")
    date_forms: tuple[str, ...] = Field(
        default=(), description="Date forms beside yyyy-MM-dd, yyyy/MM/dd and yyyy.MM.dd, such as yyyyMMdd."
    )
    empties: tuple[str, ...] | None = Field(default=None, description="Cells that mean nothing; null: the mapping's.")
    values: dict[str, str] | None = Field(
        default=None, description="Code table: value of the department to value of the field; others stay as they are."
    )
    unit: Unit | None = None
    lookup: str | None = Field(default=None, description="Name of a table under `tables`; unknown values stay.")
    find: Literal["division"] | None = Field(
        default=None, description="division: code of the district that an address names; nothing where it names none."
    )

    otherwise: "Rule | None" = Field(
        default=None, description="Where the value comes from in a row whose cell is empty."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"column": (value,)}
        if isinstance(value, list):
            return {"column": value}
        if isinstance(value, dict) and isinstance(value.get("column"), str):
            return {**value, "column": (value["column"],)}
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.constant is not None and (self.column or self.values or self.unit or self.lookup or self.find):
            raise ValueError(messages.CONSTANT_ALONE())
        if self.lookup and self.find:
            raise ValueError(messages.LOOKUP_OR_FIND())
        if self.otherwise and (self.constant or self.otherwise.constant or self.otherwise.otherwise):
            raise ValueError(messages.OTHERWISE())
        return self


class LookupTable(_Strict):
    """A table in a csv file, such as authority names and codes."""

    path: str = Field(description="csv file; relative to the connector's configuration.")
    key: str = Field(description="Name of the column that is compared.")
    value: str = Field(description="Name of the column that is taken.")


class MappingModel(_Strict):
    """One mapping file. A content field that it does not name takes the column of its own code or title."""

    title: dict[Literal["zh", "en"], str] = Field(default_factory=dict)
    item: str = Field(description="Catalogue item that the rows become.")
    empties: tuple[str, ...] = ("", "/", "无", "-", "N/A")
    time_zone: str = Field(default="Asia/Shanghai", description="Of moments without one.")
    by_name: bool = Field(default=True, description="Give unnamed content fields the column of their code or title.")
    content: dict[str, Rule] = Field(default_factory=dict)
    claim: dict[ClaimField, Rule] = Field(default_factory=dict)
    header: dict[HeaderField, Rule] = Field(default_factory=dict)
    tables: dict[str, LookupTable] = Field(
        default_factory=dict, description="Lookup tables; one that a template names may be left undeclared: no lookup."
    )
    ignore: tuple[str, ...] = Field(
        default=(), description="Columns left out on purpose; blanks around their cells still count."
    )
    carry_numbers: tuple[str, ...] = Field(
        default=(),
        description="Fields made for persons' numbers (masked, for the authorised alone), such as that of the legal"
        " representative, that are sent with them; without it they are taken out.",
    )
    further_key: tuple[str, ...] = Field(
        default=(),
        description="Fields that tell several rows of one decision apart: their values become part of its number,"
        " behind a #. Name what never changes, such as the number of a line.",
    )
