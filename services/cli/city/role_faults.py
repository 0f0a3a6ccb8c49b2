"""What the departments of a city and its items say of each other: roles that are carried, roles that are named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from creditbus.services.cli.city.carried import Carried, CarriedItem
from creditbus.services.cli.city.fault import CityFault, fault_of
from creditbus.services.cli.messages import city as messages
from creditbus.services.cli.topics.entitlement import explained
from creditbus.services.domain.entitlement import carries
from creditbus.services.domain.entitlement_faults import EntitlementFault, FaultKind, entitlement_faults, named_roles
from creditbus.topics.document import Section
from creditbus.topics.parties import Department
from creditbus.topics.suggestion import nearest

__all__ = ["role_faults"]


def role_faults(
    departments: Iterable[tuple[Section, Department]], carried: Carried, *, all_read: bool
) -> Iterator[CityFault]:
    """Compare roles and authorities of departments with the items, and the roles that the city's items name.

    Args:
        departments: those whose files are right, each with its file.
        carried: the items of the city.
        all_read: whether these are all departments.

    """
    sections = {department.id: (section, department) for section, department in departments}
    declared = [department for _, department in sections.values()]
    # those that are known for sure come first: a fault names the first item that shows it
    known = sorted(carried.values(), key=lambda one: not (one.certain and one.whole))
    items = [one.item for one in known if one.item is not None]
    roles = named_roles(items)
    misspelt: set[str] = set()
    for fault in entitlement_faults(items, declared):
        if fault.kind is FaultKind.NO_ITEM_NAMES_ROLE:
            misspelt.update(fault.given)
        if _is_sure(fault, carried):
            section, department = sections[fault.department]
            key, problem, fix = explained(fault, department, roles)
            above, _, below = key.rpartition(".")
            yield fault_of((section.section(above) if above else section).wrong(below, problem, fix))
    if all_read:
        yield from _carried_by_nobody(carried, declared, misspelt)


def _is_sure(fault: EntitlementFault, carried: Carried) -> bool:
    """Tell whether a department is wrong whatever the files mean that could not be read."""
    if fault.kind is FaultKind.NO_CREDIT_CODE:
        return True
    role, *_ = fault.given
    if fault.kind is FaultKind.NO_ITEM_NAMES_ROLE:
        return not any(_may_name(one, role) for one in carried.values())
    item = carried.get(fault.given[-1])
    if fault.kind is FaultKind.SPEAKS_FOR_NOBODY:
        return item is not None and item.certain and item.whole
    return item is None or item.whole


def _may_name(one: CarriedItem, role: str) -> bool:
    """Tell whether an item whose files are wrong may name a role: also by a key that nobody knows."""
    if one.whole:
        return False
    return one.located is None or any(role in said for said in one.located.value.values() if isinstance(said, list))


def _carried_by_nobody(
    carried: Carried, departments: Collection[Department], misspelt: Collection[str]
) -> Iterator[CityFault]:
    """Give the roles that the city's items name and nobody carries, not even under a name that is almost theirs."""
    for one in carried.values():
        if one.item is None or one.located is None or not one.whole:
            continue
        for place, role in enumerate(one.located.value.get("entitled_roles", ())):
            carried_by_one = any(carries(department, role, one.item.id) for department in departments)
            if not carried_by_one and nearest(role, misspelt) is None:
                line = one.located.line(("entitled_roles", place))
                problem, fix = messages.NOBODY_CARRIES(role=role), messages.CARRY_IT(role=role)
                yield CityFault(str(one.file), line, "entitled_roles", problem, fix)
