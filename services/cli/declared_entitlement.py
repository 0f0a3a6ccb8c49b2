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

__all__ = ["entitlement_errors", "refuse_entitlement_faults"]


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
    from creditbus.services.domain.entitlement_faults import entitlement_faults

    departments = declarations().departments
    items = list(Catalogue.parse(raw_catalogue()))
    roles = {role for item in items for role in item.entitled_roles}
    for fault in entitlement_faults(items, departments.values()):
        yield _error(fault, departments[fault.department], sorted(roles))


def _error(fault: EntitlementFault, department: Department, roles: Collection[str]) -> ConfigurationError:
    from creditbus.services.domain.entitlement_faults import FaultKind

    first, *others = fault.given
    key, problem, fix = f"roles.{first}", messages.NO_ITEM_NAMES_ROLE(), suggestion(first, roles)
    if fault.kind is FaultKind.ITEM_WITHOUT_ROLE:
        problem, fix = messages.ITEM_WITHOUT_ROLE(item=others[0]), messages.NAME_THE_ROLE()
    elif fault.kind is FaultKind.NO_CREDIT_CODE:
        key = "uscc" if first == department.uscc else "speaks_for"
        problem, fix = messages.NO_CREDIT_CODE(code=first), messages.COPY_THE_CODE()
    elif fault.kind is FaultKind.SPEAKS_FOR_NOBODY:
        key, problem, fix = "uscc", messages.SPEAKS_FOR_NOBODY(item=first), messages.GIVE_CODES()
    file = current_city().root / "departments" / f"{department.id}.yaml"
    return ConfigurationError(f"{file}: {key}", problem, fix)
