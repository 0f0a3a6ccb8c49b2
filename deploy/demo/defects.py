"""Defects that any file may have: each takes a valid row and gives one with exactly one reason to refuse it."""

from collections.abc import Callable, Mapping
from random import Random

from creditbus.avro_schemas import raw_catalogue
from creditbus.avro_schemas.catalogue_files import per_catalogue
from creditbus.deploy.demo.truth import Cell, Cells
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.reasons import AnyReason, ItemReason, Reason

__all__ = [
    "FUTURE",
    "NOT_DATES",
    "Defect",
    "Defects",
    "blank",
    "code_defects",
    "condition",
    "not_a_date",
    "put",
    "shipped_catalogue",
    "with_a_time",
]

Defect = Callable[[Cells, Random], Cells]
Defects = Mapping[AnyReason, tuple[Defect, ...]]

FUTURE = "2088-05-04"
"""A day after every clock that will run this."""

NOT_DATES = ("2018年5月1日", "20180501", "2018-02-30", "43221")
"""Spellings of dates that the bus does not guess at."""


def put(**values: Cell) -> Defect:
    """Make a defect that sets columns."""
    return lambda cells, _: cells | values


def blank(*names: str) -> Defect:
    """Make a defect that empties columns."""
    return lambda cells, _: cells | dict.fromkeys(names)


def not_a_date(name: str) -> Defect:
    """Make a defect that spells a date as the bus does not read it."""
    return lambda cells, random: cells | {name: random.choice(NOT_DATES)}


def with_a_time(name: str) -> Defect:
    """Make a defect that says a time of day, which no mapping of the demonstration asks for."""
    return lambda cells, _: cells | {name: f"{cells[name]} 00:00:00"}


def code_defects(column: str) -> Defects:
    """Give the defects of the column that holds a unified social credit code."""

    def change(mend: Callable[[str, Random], str]) -> Defect:
        return lambda cells, random: cells | {column: mend(str(cells[column]), random)}

    return {
        Reason.ID_LENGTH: (change(lambda code, _: code[:-1]), change(lambda code, _: f"{code}0")),
        Reason.ID_LOWER_CASE: (change(lambda code, _: code.lower()),),
        Reason.ID_CHARSET: (change(lambda code, random: code[:9] + random.choice("IOSVZ") + code[10:]),),
        Reason.ID_CHECK_DIGIT: (change(_other_check),),
    }


def condition(item: str, code: str) -> ItemReason:
    """Give the reason that an item declares for a condition of its own.

    Raises:
        KeyError: it declares none of this code.
    """
    return shipped_catalogue().items[item].reasons[code]


@per_catalogue
def shipped_catalogue() -> Catalogue:
    """Read the catalogue of the product."""
    return Catalogue.parse(raw_catalogue())


def _other_check(code: str, random: Random) -> str:
    return code[:-1] + random.choice(uscc.ALPHABET.replace(code[-1], ""))
