"""By which grants a change is shown: versions of what a city declares, and days on which a grant begins or is over.

Two moments between which nothing that shows an item changed have the same policy. So a record that was emitted under
the policy of now needs to be compared with nothing, and one that was not says by itself what its feeds hold of it
(docs/adr/0040-policies.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.city_time import day_number, numbered_day
from creditbus.services.domain.event import Policy
from creditbus.services.domain.feed.grants import Grant

__all__ = ["DeclaredGrants", "GrantHistory", "day_of", "policy_at"]


@dataclass(frozen=True, slots=True)
class DeclaredGrants:
    """What one version declares of grants, and of what they show.

    Attributes:
        version: its number; 0: none was published.
        grants: by subscriber.
        items: of the catalogue, by id.

    """

    version: int
    grants: Mapping[str, Grant]
    items: Mapping[str, Item]

    def of(self, item: str) -> tuple[Grant, ...]:
        """Return the grants that have an item, by their subscribers' ids."""
        return tuple(self.grants[name] for name in sorted(self.grants) if item in self.grants[name].items)


class GrantHistory:
    """Versions, the oldest first; the last one is in force.

    Attributes:
        newest: the one in force.

    """

    def __init__(self, versions: Sequence[DeclaredGrants]) -> None:
        self._ordered = tuple(versions)
        self.newest: Final = versions[-1]

    def since(self, subscriber: str) -> int:
        """Return the version since which one of the newest subscribers has been one without a break."""
        since = self.newest.version
        for one in reversed(self._ordered):
            if subscriber not in one.grants:
                break
            since = one.version
        return since

    def turns(self, item: str) -> Iterator[tuple[int, tuple[Grant, ...], Item]]:
        """Give the versions since which an item is shown to others than before, or in another way, the oldest first."""
        before: DeclaredGrants | None = None
        for one in self._ordered:
            declared = one.items.get(item)
            if declared is not None and (before is None or not _alike(item, one, before)):
                yield one.version, one.of(item), declared
            before = one

    def gates(self) -> dict[str, str]:
        """Return by item the field for whose value its records may be withheld, or might be by an older version.

        A record that was last emitted by an older version is compared by the rule of that one.
        """
        said = {
            item.id: item.withheld_unless_disclosed
            for one in self._ordered
            for item in one.items.values()
            if item.withheld_unless_disclosed
        }
        return {item: field for item, field in said.items() if item in self.newest.items}

    def policies(self, on: date) -> dict[str, Policy]:
        """Return by which policy each item of the newest version is shown on a day.

        Args:
            on: the city's day.

        """
        newest = self.newest
        since = dict.fromkeys(newest.items, newest.version)
        standing = set(newest.items)
        for newer, older in pairwise(self._ordered[::-1]):
            standing = {item for item in standing if _alike(item, newer, older)}
            since.update(dict.fromkeys(standing, older.version))
        return {item: Policy(version=since[item], day=_turn(newest.of(item), on)) for item in newest.items}

    def turning(self) -> frozenset[int]:
        """Return the days on which a grant of the newest version begins or is over, in days since 1970-01-01."""
        return frozenset(_turning(self.newest.grants.values()))


def day_of(policy: Policy) -> date:
    """Return the day by which a policy's grants are judged."""
    return numbered_day(policy["day"])


def policy_at(version: int, on: date) -> Policy:
    """Return the policy of a version on a day, whether a grant turned on it or not."""
    return Policy(version=version, day=day_number(on))


def _turning(grants: Iterable[Grant]) -> Iterator[int]:
    """Give the days on which a grant begins or is over."""
    for grant in grants:
        if grant.valid_from is not None:
            yield day_number(grant.valid_from)
        yield day_number(grant.valid_until) + 1


def _turn(grants: Sequence[Grant], on: date) -> int:
    """Return the last day up to `on` on which a grant began or was over; 0: there is none."""
    return max((turn for turn in _turning(grants) if turn <= day_number(on)), default=0)


def _alike(item: str, one: DeclaredGrants, other: DeclaredGrants) -> bool:
    """Tell whether two versions show an item to the same subscribers in the same way."""
    here, there = one.items.get(item), other.items.get(item)
    if here is None or there is None or _shown(here) != _shown(there):
        return False
    grants, others = one.of(item), other.of(item)
    return len(grants) == len(others) and all(
        grant == its or _showing(grant, item) == _showing(its, item) for grant, its in zip(grants, others, strict=True)
    )


def _showing(grant: Grant, item: str) -> tuple[object, ...]:
    """Return what of a grant decides on what is shown of an item, whatever else it has."""
    return (
        grant.subscriber,
        grant.purpose,
        grant.legal_basis,
        grant.subject_kinds,
        grant.districts,
        grant.disclosure,
        grant.consent,
        grant.institution,
        grant.valid_from,
        grant.valid_until,
        grant.fields.get(item),
        grant.masks.get(item),
    )


def _shown(item: Item) -> tuple[object, ...]:
    """Return what of an item decides on what is shown of its records."""
    return item.title, item.title_en, dict(item.fields), item.withheld_unless_disclosed, item.events
