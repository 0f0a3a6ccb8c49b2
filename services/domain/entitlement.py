"""Who may publish what, and whose decisions: the rule in its one place (docs/adr/0034-entitlement.md).

An item names departments, or roles that departments carry. A department that may publish an item publishes the
decisions of the authorities that it speaks for, and of no other: its own, and those whose records it hosts. Intake,
connectors, `creditbus catalogue` and the quality figures all ask here, each with the departments that are declared.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.identifiers import uscc

__all__ = [
    "HEADER_AUTHORITY",
    "Authorities",
    "Publisher",
    "Publishers",
    "carries",
    "foreign_authority",
    "is_entitled",
    "is_held_to_authorities",
    "publishers",
]

Authorities = frozenset[str] | None
"""Unified social credit codes of the authorities that a department speaks for; None: of every authority."""

Publishers = Mapping[str, Authorities]
"""The departments that may publish one item, by id, each with the authorities whose decisions it may publish."""

HEADER_AUTHORITY: Final = "header.authority"
"""The field of a finding about the code under which the record is filed, where no content field gives that code."""


class Publisher(Protocol):
    """A declared department, as far as the rule looks at it."""

    @property
    def id(self) -> str:
        """The department's id."""

    @property
    def roles(self) -> Mapping[str, frozenset[str] | None]:
        """The roles that it carries, by name, with the ids of the items that it carries them for; None: for all."""

    @property
    def authorities(self) -> Authorities:
        """The authorities that it speaks for."""


def is_entitled(item: Item, department: Publisher) -> bool:
    """Tell whether a department may publish an item: the item names it, or a role that it carries for this item."""
    return department.id in item.entitled or any(carries(department, role, item.id) for role in item.entitled_roles)


def carries(department: Publisher, role: str, item_id: str) -> bool:
    """Tell whether a department carries a role for an item."""
    if role not in department.roles:
        return False
    items = department.roles[role]
    return items is None or item_id in items


def publishers(item: Item, departments: Iterable[Publisher]) -> Publishers:
    """Return which of the departments may publish an item, and for whom: once an item, never once an event.

    Where rows do not name the deciding authority by its code, that is for everybody. So it is where a row acts on a
    record of another item (`Item.acts_on`): its code is that of the authority that decided on the record, not of the
    one that acts.
    """
    entitled = [department for department in departments if is_entitled(item, department)]
    held = is_held_to_authorities(item)
    return {department.id: department.authorities if held else None for department in entitled}


def is_held_to_authorities(item: Item) -> bool:
    """Tell whether a department publishes under an item the decisions alone of those whom it speaks for."""
    return bool(item.authority_field) and item.acts_on is None


def foreign_authority(
    field: str, header: Mapping[str, object], content: Mapping[str, str | None], authorities: frozenset[str]
) -> str:
    """Give the field that names an authority which a department does not speak for; empty: there is none.

    The code in the header counts as well: the record is named by it, and nothing but the good behaviour of a client
    makes it that of the content. What is not a valid code is passed over: names are not judged, and a wrong code is
    refused by its format.

    Args:
        field: `Item.authority_field` of the event's item, which has one.
        header: the event's header, of which ``authority`` is read.
        content: the event's content fields.
        authorities: who the department speaks for.

    """
    code = content[field]
    if code and code not in authorities and uscc.authority_fault(code) is None:
        return field
    named = header.get("authority")
    if named == code or named in authorities or not isinstance(named, str) or len(named) != uscc.LENGTH:
        return ""
    return HEADER_AUTHORITY if uscc.authority_fault(named) is None else ""
