"""`creditbus connector init` where no template fits well: it writes what it guesses, and says what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditbus.services.cli.asking import choose_one
from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.fields import named_fields
from creditbus.services.cli.language import language, listed, spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.services.cli.written_files import writing
from creditbus.services.domain.invisible import visible
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.contract import Source, Table
    from creditbus.connectors.setup.skeleton import Skeleton
    from creditbus.services.domain.catalogue import Item

__all__ = ["MAPPINGS", "chosen_skeleton", "show_head", "skeleton_facts", "skeleton_lines", "write_mapping"]

MAPPINGS = "mappings"
"""Folder of mapping files, below that of the connectors: a file next to these would be taken for one of them."""
_LONGEST_NAME = 40


def chosen_skeleton(
    tables: Sequence[Table], source: Source, department: str, item: str, looks: str, *, silent: bool
) -> Skeleton:
    """Return the skeleton for an item: the one that is given or chosen, else the one that the columns fit best.

    Args:
        tables: What there is to read.
        source: Gives the first rows.
        department: Id of the department that publishes.
        item: Id of the catalogue item; empty: find out, or ask.
        looks: What the columns look like, that the department may not publish; for an error.
        silent: Ask nobody.

    Raises:
        ConfigurationError: there is no such item, or nobody can say which.
    """
    from creditbus.connectors.setup.skeleton import skeleton

    items = _items(department)
    if not items:
        problem = messages.PUBLISHES_NOTHING(department=department, looks=looks)
        raise ConfigurationError("--department", problem, _role_fix(department))
    if item and item not in items:
        problem = messages.NOT_ITS_ITEM(item=item, department=department)
        raise ConfigurationError("--item", problem, messages.ONE_OF(known=", ".join(items)))
    table = max(tables, key=lambda one: (one.is_read, len(one.columns)))
    wanted = [items[item]] if item else list(items.values())
    made = sorted((skeleton(one, table, source) for one in wanted), key=lambda one: -one.score)
    show_head(table)
    if item or (len(made) == 1 and not looks):
        return made[0]
    if silent:
        if not looks and made and made[0].score > (made[1].score if len(made) > 1 else 0):
            return made[0]
        problem = messages.NO_TEMPLATE(looks=looks)
        raise ConfigurationError("--source", problem, messages.GIVE_ITEM(items=", ".join(items)))
    choices = [(one.item.id, f"{one.item.title} {one.score:g}") for one in made]
    question = spoken(messages.WHICH_ITEM)
    picked = choose_one(question, "--item", choices, silent=False, default=choices[0][0] if made[0].score else "")
    return next(one for one in made if one.item.id == picked)


def show_head(table: Table) -> None:
    """Say which header was taken, and what stands above it."""
    from creditbus.connectors.setup.skeleton import head_lines

    for line in head_lines(table, language()):
        ERRORS.print(line, markup=False)


def write_mapping(folder: Path, name: str, made: Skeleton, *, force: bool) -> str:
    """Write the mapping file; return its path as the connector's configuration names it.

    Raises:
        ConfigurationError: there is such a file, which may hold somebody's work; or it cannot be written.
    """
    path = folder / MAPPINGS / f"{name}.yaml"
    with writing(path):
        if path.exists() and not force:
            raise ConfigurationError(str(path), messages.EXISTS(), messages.ANOTHER_ID())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.text(language()), encoding="utf-8")
    return f"{MAPPINGS}/{name}.yaml"


def skeleton_lines(made: Skeleton, path: Path) -> list[str]:
    """Say what was guessed and what is left to do."""
    from creditbus.connectors.common.field_names import mandatory_where

    guessed = ", ".join(f"{one.field}={visible(one.column, _LONGEST_NAME)} {one.score:.0%}" for one in made.guesses)
    lines = [spoken(messages.SKELETON_WRITTEN, path=path, item=made.item.id)]
    if guessed:
        lines.append(spoken(messages.SKELETON_GUESSES, guessed=guessed))
    if made.open:
        lines.append(spoken(messages.SKELETON_OPEN, count=len(made.open), fields=named_fields(made.item.id, made.open)))
    for code in made.open_where:
        where = listed(map(spoken, mandatory_where(made.item, code)), clauses=True)
        lines.append(spoken(messages.SKELETON_OPEN_WHERE, field=named_fields(made.item.id, [code]), where=where))
    return lines


def skeleton_facts(made: Skeleton) -> Mapping[str, Any]:
    """Return the same for a machine."""
    return {
        "item": made.item.id,
        "columns": [column.name for column in made.table.columns],
        "header_row": made.table.details.get("header_row"),
        "above": [list(one) for one in made.table.above],
        "guesses": [one._asdict() for one in made.guesses],
        "open": list(made.open),
        "open_where": list(made.open_where),
        "unused": list(made.unused),
    }


def _role_fix(department: str) -> str:
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.domain.entitlement_faults import named_roles

    roles = named_roles(Catalogue.parse(raw_catalogue()))
    return messages.GIVE_IT_A_ROLE(department=department, roles=", ".join(roles))


def _items(department: str) -> dict[str, Item]:
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.domain.entitlement import is_entitled
    from creditbus.topics.declarations import declarations

    declared = declarations().departments.get(department)
    if declared is None:
        return {}
    return {one.id: one for one in Catalogue.parse(raw_catalogue()) if is_entitled(one, declared)}
