"""Which catalogue item and template a table looks like, by its columns alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from creditbus.connectors.contract import Table
from creditbus.connectors.mapping.compiler import Columns
from creditbus.connectors.setup.templates import template_mappers
from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.entitlement import is_entitled
from creditbus.topics.declarations import declarations
from creditbus.topics.parties import LONGEST_ID

__all__ = ["Guess", "free_name", "guesses", "short_name"]


@dataclass(frozen=True, slots=True)
class Guess:
    """One template tried on one table."""

    table: str
    item: str
    template: str
    entitled: bool
    """The department may publish the item; true where no department was given."""
    recognised: tuple[str, ...]
    unknown: tuple[str, ...]
    """Columns that the template neither uses nor leaves out on purpose."""
    missing: tuple[str, ...]
    """Mandatory fields without a column."""
    score: float
    """Share of the columns that are recognised, from 0 to 1."""
    likelihood: float
    """The score, less the share of mandatory fields that have no column: a table with two columns fits anything."""


def guesses(tables: Sequence[Table], department: str | None = None) -> list[Guess]:
    """Try every template on every table.

    Returns:
        Those that recognise a column at all, the likeliest first; what the department may not publish comes last.
    """
    declared = None if department is None else declarations().departments.get(department)
    tried = [
        _fit(
            table,
            name,
            item,
            mapper.columns(table.columns),
            entitled=department is None or (declared is not None and is_entitled(item, declared)),
        )
        for name, item, mapper in template_mappers()
        for table in tables
    ]
    found = [guess for guess in tried if guess.recognised]
    return sorted(found, key=lambda guess: (guess.entitled, guess.likelihood, guess.score), reverse=True)


def short_name(template: str) -> str:
    """Name a connector by the last word of its template or item."""
    return template.rpartition("-")[2]


def free_name(name: str, taken: Iterable[str]) -> str:
    """Number a name of a connector where it is taken; it stays as short as an id may be."""
    known = set(taken)
    endings = ("", *(f"-{number}" for number in range(2, 10_000)))
    return next(one for end in endings if (one := f"{name[: LONGEST_ID - len(end)]}{end}") not in known)


def _fit(table: Table, template: str, item: Item, columns: Columns, *, entitled: bool) -> Guess:
    score = 1 - len(columns.unknown) / len(table.columns) if table.columns else 0.0
    mandatory = sum(field.mandatory for field in item.fields.values())
    return Guess(
        table=table.name,
        item=item.id,
        template=template,
        entitled=entitled,
        recognised=columns.recognised,
        unknown=columns.unknown,
        missing=columns.missing,
        score=round(score, 3),
        likelihood=round(score - (len(columns.missing) / mandatory if mandatory else 0), 3),
    )
