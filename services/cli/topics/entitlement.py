"""Refuses declarations whose roles and authorities do not fit the catalogue, before anything is planned by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditbus.services.cli.messages import topics as messages
from creditbus.topics.city import current_city
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from creditbus.services.domain.entitlement_faults import EntitlementFault
    from creditbus.topics.parties import Department

__all__ = ["entitlement_errors", "explained", "refuse_entitlement_faults"]


def refuse_entitlement_faults() -> None:
    """Compare the declared departments with the catalogue.

    Raises:
        ConfigurationError: names file, key and fix of the first thing that is wrong.
    """
    for error in entitlement_errors():
        raise error


def entitlement_errors() -> Iterator[ConfigurationError]:
    """Give everything that is wrong with roles and authorities of the declared departments, by file, key and fix."""
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.domain.entitlement_faults import entitlement_faults, named_roles

    departments = declarations().departments
    items = list(Catalogue.parse(raw_catalogue()))
    roles = named_roles(items)
    for fault in entitlement_faults(items, departments.values()):
        yield _error(fault, departments[fault.department], roles)


def _error(fault: EntitlementFault, department: Department, roles: Collection[str]) -> ConfigurationError:
    key, problem, fix = explained(fault, department, roles)
    file = current_city().root / "departments" / f"{department.id}.yaml"
    return ConfigurationError(f"{file}: {key}", problem, fix)


def explained(fault: EntitlementFault, department: Department, roles: Collection[str]) -> tuple[str, str, str]:
    """Return the key of a department's file that is wrong, what is wrong with it, and the fix.

    Args:
        fault: what is wrong.
        department: whose it is.
        roles: those that items name.

    """
    from creditbus.services.domain.entitlement_faults import FaultKind

    first, *others = fault.given
    if fault.kind is FaultKind.ITEM_WITHOUT_ROLE:
        return f"roles.{first}", messages.ITEM_WITHOUT_ROLE(item=others[0]), messages.NAME_THE_ROLE()
    if fault.kind is FaultKind.NO_CREDIT_CODE:
        key = "uscc" if first == department.uscc else "speaks_for"
        return key, messages.NO_CREDIT_CODE(code=first), messages.COPY_THE_CODE()
    if fault.kind is FaultKind.SPEAKS_FOR_NOBODY:
        return "uscc", messages.SPEAKS_FOR_NOBODY(item=first), messages.GIVE_CODES()
    return f"roles.{first}", messages.NO_ITEM_NAMES_ROLE(), suggestion(first, roles)
