"""What is wrong with the roles and authorities of declared departments, next to a catalogue."""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import NamedTuple

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.entitlement import Publisher, is_entitled, is_held_to_authorities
from creditbus.services.domain.identifiers import uscc

__all__ = ["EntitlementFault", "FaultKind", "entitlement_faults", "named_roles"]


class FaultKind(Enum):
    """Which kind of thing is wrong; `EntitlementFault.given` is what it says of each."""

    NO_ITEM_NAMES_ROLE = auto()
    """The role is in no item's ``entitled_roles``: most often a slip of the pen. Given: the role."""
    ITEM_WITHOUT_ROLE = auto()
    """It carries the role for an item that is not there, or does not name the role. Given: role and item."""
    NO_CREDIT_CODE = auto()
    """The code of an authority fails the check of GB 32100-2015, so that no row can name it. Given: the code."""
    SPEAKS_FOR_NOBODY = auto()
    """Every row that names an authority would be refused. Given: the first item that the department may publish."""


class EntitlementFault(NamedTuple):
    """One thing that is wrong with a department."""

    department: str
    kind: FaultKind
    given: tuple[str, ...]


def entitlement_faults(items: Iterable[Item], departments: Iterable[Publisher]) -> Iterator[EntitlementFault]:
    """Give everything that is wrong, department by department."""
    known = list(items)
    naming = {
        role: {item.id for item in known if role in item.entitled_roles}
        for item in known
        for role in item.entitled_roles
    }
    for department in departments:
        for role, carried_for in department.roles.items():
            if role not in naming:
                yield EntitlementFault(department.id, FaultKind.NO_ITEM_NAMES_ROLE, (role,))
            else:
                for item_id in sorted((carried_for or set()) - naming[role]):
                    yield EntitlementFault(department.id, FaultKind.ITEM_WITHOUT_ROLE, (role, item_id))
        authorities = department.authorities
        if authorities is None:
            continue
        for code in sorted(authorities):
            if uscc.fault(code) is not None:
                yield EntitlementFault(department.id, FaultKind.NO_CREDIT_CODE, (code,))
        held = (item.id for item in known if is_held_to_authorities(item) and is_entitled(item, department))
        if not authorities and (first := next(held, None)) is not None:
            yield EntitlementFault(department.id, FaultKind.SPEAKS_FOR_NOBODY, (first,))


def named_roles(items: Iterable[Item]) -> list[str]:
    """Return the roles that items name, sorted: those that a department may carry."""
    return sorted({role for item in items for role in item.entitled_roles})
