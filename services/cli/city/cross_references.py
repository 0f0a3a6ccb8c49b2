"""What the files of a city say of each other: grants of items, fields and districts, items of departments.

Nothing is compared with what could not be read: a single slip would look like many, with advice that misleads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from creditbus.services.cli.city.carried import Carried
from creditbus.services.cli.city.fault import CityFault, fault_of
from creditbus.services.cli.city.never_admitted import never_admitted_error
from creditbus.services.cli.messages import city as messages
from creditbus.services.domain.feed.never_admitted import Never, never_admitted
from creditbus.services.fanout.app import grant_of
from creditbus.topics.city.settings import CITY_FILE
from creditbus.topics.document import Section
from creditbus.topics.parties import Department, Subscriber
from creditbus.topics.suggestion import suggestion
from creditbus.topics.text import Text
from creditbus.topics.yaml_text import Located

__all__ = ["grant_faults", "publisher_faults", "vain_faults"]


def grant_faults(
    subscriber: Subscriber, section: Section, carried: Carried, districts: Collection[str] | None
) -> Iterator[CityFault]:
    """Compare a grant with the items and the districts.

    Args:
        subscriber: as it was read.
        section: its file.
        carried: the items of the city.
        districts: their codes; None: they are not known, and not compared.

    """
    grant = section.section("grant")
    for place, item in enumerate(subscriber.items):
        if item not in carried:
            problem, fix = messages.NO_SUCH_ITEM(item=item), suggestion(item, list(carried))
            yield fault_of(grant.wrong_element("items", place, problem, fix))
    yield from _field_faults(subscriber, grant, carried)
    if districts is None or subscriber.districts is None:
        return
    for place, code in enumerate(grant.texts("districts")):
        if code not in districts:
            problem, fix = messages.NO_SUCH_DISTRICT(code=code), suggestion(code, districts)
            yield fault_of(grant.wrong_element("districts", place, problem, fix))


def _field_faults(subscriber: Subscriber, grant: Section, carried: Carried) -> Iterator[CityFault]:
    if (fields := grant.optional_section("fields")) is not None:
        for item, codes in subscriber.fields.items():
            yield from _not_granted(subscriber, fields, item, carried)
            for place, code in enumerate(codes):
                if (wrong := _unknown_field(carried, item, code)) is not None:
                    yield fault_of(fields.wrong_element(item, place, *wrong))
    if (masks := grant.optional_section("masks")) is not None:
        for item, masked in subscriber.masks.items():
            yield from _not_granted(subscriber, masks, item, carried)
            for code in masked:
                if (wrong := _unknown_field(carried, item, code)) is not None:
                    yield fault_of(masks.section(item).wrong(code, *wrong))


def _not_granted(subscriber: Subscriber, section: Section, item: str, carried: Carried) -> Iterator[CityFault]:
    # the list is empty where it is wrong, and an unknown name in it may mean this item
    known = subscriber.items and all(one in carried for one in subscriber.items)
    if known and item not in subscriber.items:
        yield fault_of(section.wrong(item, messages.NOT_GRANTED(item=item), messages.GRANT_IT_OR_NOT()))


def _unknown_field(carried: Carried, item: str, code: str) -> tuple[Text, str] | None:
    known = carried[item].item if item in carried else None
    if known is None or code in known.fields:
        return None
    return messages.NO_SUCH_FIELD(item=item, field=code), suggestion(code, list(known.fields))


def vain_faults(
    subscriber: Subscriber, section: Section, carried: Carried, departments: Collection[Department], *, all_read: bool
) -> Iterator[CityFault]:
    """Give what a grant names and can never get.

    Args:
        subscriber: as it was read; one with a wrong value is passed over, for another stands in for that.
        section: its file.
        carried: the items of the city.
        departments: those whose files are right.
        all_read: whether these are all.

    """
    if section.faults:
        return
    items = {name: one.item for name, one in carried.items() if one.item is not None}
    # what no other item and no department does may be done by one that could not be read
    unsure = set() if all(one.whole for one in carried.values()) else {Never.NO_CONSENTS, Never.NO_DISTRICT}
    if unsure or not all_read:
        unsure.add(Never.NOBODY_RECORDS)
    for found in never_admitted(grant_of(subscriber), items, departments):
        if found.why not in unsure and (not found.item or carried[found.item].whole):
            yield fault_of(never_admitted_error(found, subscriber, section))


def publisher_faults(folder: Path, carried: Carried, departments: Collection[str]) -> Iterator[CityFault]:
    """Compare the departments that items name with those that are declared."""
    for name, one in carried.items():
        if one.file is not None and one.located is not None and "entitled" in one.located.value:
            yield from _named_by_the_city(one.file, one.located, departments)
        elif one.item is not None and one.whole and one.certain:
            for department in sorted(one.item.entitled - set(departments)):
                problem = messages.ITEM_OF_NOBODY(item=name, department=department)
                fix = messages.DECLARE_OR_OVERLAY(item=name)
                yield CityFault(str(folder / CITY_FILE), 1, "shipped_items", problem, fix)


def _named_by_the_city(file: Path, entry: Located, departments: Collection[str]) -> Iterator[CityFault]:
    named = entry.value["entitled"]
    for place, department in enumerate(named if isinstance(named, list) else ()):
        if department not in departments:
            problem, fix = messages.NO_SUCH_DEPARTMENT(department=department), suggestion(str(department), departments)
            yield CityFault(str(file), entry.line(("entitled", place)), "entitled", problem, fix)
