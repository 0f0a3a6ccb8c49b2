"""What a city declares, version after version: grants that begin, change and end, and classes that become others.

Which of them shows an item, and since when, is said here a second time, without the services.
"""

import copy
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from creditbus.avro_schemas import RawItem, raw_catalogue
from tests.harness.changes import Policy, gates_in
from tests.harness.consents import CONSENT
from tests.harness.feeds import RANK, Declared, Grant
from tests.harness.traffic import DISTRICTS

__all__ = [
    "FREE",
    "ITEMS",
    "RECEIVERS",
    "Possible",
    "Version",
    "first_version",
    "gated",
    "gates_of",
    "next_version",
    "policies",
    "possible_policies",
]

ITEMS = (
    *("enterprise-registration", "administrative-penalty", "red-black-list"),
    *("tax-credit-grade", "subject-succession"),
)
FREE = ITEMS[1:]
"""Items that a city may let in before its register knows the subject; the shipped catalogue lets none of them."""
RECEIVERS = {
    "agency-xinda": "11990100AF0000155D",
    "department-housing": "11990100AU0000010W",
    "district-wuchang": "11990100AU0000088W",
}
"""Subscribers, by the codes by which consents name them."""
_SUBSCRIBERS = tuple(RECEIVERS)
_ACTS = "objection-and-repair"
"""Its rows are acts on records of the others; it has no record of its own."""
_ALL = (*ITEMS, CONSENT)
_EPOCH = date(1970, 1, 1)
_OF_ITEMS = {"declared", "feed", "items", "fields", "masks"}
"""Parts of a grant that show no record of an item in another way, but for what they say of that item."""
_FIELDS = {
    "enterprise-registration": ("OPSCOPE",),
    "administrative-penalty": ("CF_NR_FK", "CF_NR", "CF_JDRQ", "BZ"),
    "red-black-list": ("FLYJ", "LRRQ", "YCRQ"),
    "tax-credit-grade": ("PDSJ",),
    "subject-succession": ("SXRQ",),
}
"""Columns that name nobody and no record: their classes may be others."""
_MASKED = {"enterprise-registration": "OPSCOPE", "administrative-penalty": "CF_NR"}
_GRADED = "tax-credit-grade"
_GRADES: tuple[tuple[str, dict[str, list[str]]], ...] = (
    ("shared", {"public": ["A"]}),
    ("public", {"shared": ["A"]}),
    ("authorised", {"public": ["A"], "shared": ["B"]}),
    ("public", {"authorised": ["B"]}),
    ("shared", {}),
)


class Version(NamedTuple):
    """One version."""

    number: int
    declared: Declared
    grants: Mapping[str, Grant]
    """By subscriber."""


def first_version(chance: Random, on: date, *, free: bool) -> Version:
    """Declare something; `free` lets records in before their subject is registered."""
    items = {}
    for item in (*_ALL, _ACTS):
        raw = raw_catalogue()[item]
        # what is said again of a consent, now while its subject is registered and now while it is not, waits by no rule
        let_in = item == CONSENT or (free and item in FREE)
        entry = {**raw.entry, "unregistered_subject": "unverified"} if let_in else raw.entry
        items[item] = RawItem(raw.schema, entry)
    declared = Declared(items)
    names = chance.sample(_SUBSCRIBERS, chance.randint(1, len(_SUBSCRIBERS)))
    return Version(1, declared, {name: {**_grant(chance, name, on), "declared": declared} for name in names})


def next_version(chance: Random, before: Sequence[Version], on: date) -> Version:
    """Change one thing, or a few, or nothing.

    Args:
        chance: decides.
        before: the versions until now.
        on: the day.

    """
    last = before[-1]
    items, grants = dict(last.declared.items), {name: dict(grant) for name, grant in last.grants.items()}
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 4))):
        drawn = chance.random()
        if drawn < 0.3:
            item = chance.choice((*ITEMS, *[_GRADED] * 3))
            items[item] = _classed(chance, item, items[item])
        elif drawn < 0.5 and grants:
            del grants[chance.choice(sorted(grants))]
        elif drawn < 0.7:
            gone = sorted({name for one in before for name in one.grants} - grants.keys())
            name = chance.choice(gone or [one for one in _SUBSCRIBERS if one not in grants] or _SUBSCRIBERS)
            known = [one.grants[name] for one in before if name in one.grants]
            # often with the grant that it had: nothing but its absence would tell
            grants[name] = dict(known[-1]) if known and chance.random() < 0.5 else _grant(chance, name, on)
        elif grants:
            name = chance.choice(sorted(grants))
            other = _grant(chance, name, on)
            part = chance.choice(sorted({*other, *grants[name]} - {"feed", "declared", "uscc"}))
            if part in other:
                grants[name][part] = other[part]
            else:
                grants[name].pop(part)
            if "valid_from" in grants[name] and grants[name]["valid_from"] > grants[name]["valid_until"]:
                del grants[name]["valid_from"]
    declared = Declared(items)
    return Version(last.number + 1, declared, {name: {**one, "declared": declared} for name, one in grants.items()})


def _grant(chance: Random, name: str, on: date) -> Grant:
    items = chance.sample(ITEMS, chance.randint(2, len(ITEMS)))
    grant: Grant = {
        "feed": f"feed.{name}",
        "uscc": RECEIVERS[name],
        "purpose": chance.choice(("one", "other")),
        "legal_basis": "law",
        "items": sorted(items),
        "subject_kinds": ["ENTERPRISE"] if chance.random() < 0.95 else ["INSTITUTION"],
        "districts": chance.choice((["all"], ["all"], [DISTRICTS[0]], [DISTRICTS[1]], list(DISTRICTS))),
        "disclosure": chance.choice(tuple(RANK)),
        "consent": chance.random() < 0.03,
        "valid_until": on + timedelta(chance.choice((-1, 0, 1, 2, 3, *[4000] * 12))),
    }
    if chance.random() < 0.2:
        first = on + timedelta(chance.choice((-3, 0, 1, 2)))
        if first <= grant["valid_until"]:
            grant["valid_from"] = first
    if chance.random() < 0.3:
        item = chance.choice(items)
        names = [field["name"] for field in raw_catalogue()[item].schema["fields"]]
        grant["fields"] = {item: sorted(chance.sample(names, chance.randint(1, len(names))))}
    if chance.random() < 0.3:
        item = chance.choice(tuple(_MASKED))
        grant["masks"] = {item: {_MASKED[item]: [chance.randint(0, 2), chance.randint(0, 2)]}}
    return grant


def _classed(chance: Random, item: str, raw: RawItem) -> RawItem:
    """Give one column another class, another mask, or the grade other classes by value; or a row another act."""
    schema: dict[str, Any] = copy.deepcopy(raw.schema)
    entry: dict[str, Any] = dict(raw.entry)
    columns = {field["name"]: field for field in schema["fields"]}
    if chance.random() < 0.15:
        first, *others = entry["events"]
        act = dict(first["act"])
        act.pop(chance.choice(sorted(act))) if len(act) > 1 else act.update(
            raw_catalogue()[item].entry["events"][0]["act"]
        )
        entry["events"] = [{**first, "act": act}, *others]
    elif item == _GRADED and chance.random() < 0.8:
        rest, by_value = chance.choice(_GRADES)
        columns["XYDJ"]["disclosure"] = rest
        stated: dict[str, Any] = {"by_value": {"XYDJ": by_value}} if by_value else {}
        if chance.random() < 0.6:
            stated["withheld_unless_disclosed"] = "XYDJ"
        entry["disclosure"] = stated
    elif item in _MASKED and chance.random() < 0.3:
        columns[_MASKED[item]]["mask"] = [chance.randint(0, 2), chance.randint(0, 2)]
    else:
        columns[chance.choice(_FIELDS[item])]["disclosure"] = chance.choice(tuple(RANK))
    return RawItem(schema, entry)


def policies(versions: Sequence[Version], on: date) -> dict[str, Policy]:
    """Return by which policy each item is shown by the last version on a day."""
    return {item: Policy(_since(versions, item), _turn(versions[-1], item, on)) for item in _ALL}


class Possible(NamedTuple):
    """Versions and days that policies of an item named at some time."""

    versions: set[int]
    days: set[int]


def possible_policies(versions: Sequence[Version], on: date) -> dict[str, Possible]:
    """Return by what each item may have been shown until a day."""
    past = [versions[:count] for count in range(1, len(versions) + 1)]
    return {
        item: Possible(
            {_since(of_then, item) for of_then in past},
            {day for version in versions for day in _turns(version, item, on)},
        )
        for item in _ALL
    }


def _since(versions: Sequence[Version], item: str) -> int:
    """Return the version since which nothing changed that shows an item."""
    newest = _of(versions[-1], item)
    since = versions[-1].number
    for version in reversed(versions):
        if _of(version, item) != newest:
            break
        since = version.number
    return since


def _of(version: Version, item: str) -> Any:
    grants = {
        name: {part: value for part, value in grant.items() if part not in _OF_ITEMS}
        | {part: grant.get(part, {}).get(item) for part in ("fields", "masks")}
        for name, grant in version.grants.items()
        if item in grant["items"]
    }
    raw = version.declared.items[item]
    return grants, raw.schema["fields"], raw.entry["events"], raw.entry.get("disclosure")


def gated(versions: Sequence[Version], item: str, number: int) -> bool:
    """Tell whether records of an item might be withheld for a value by a version, or by one before it."""
    past = [version.declared.items[item].entry for version in versions if version.number <= number]
    return any("withheld_unless_disclosed" in entry.get("disclosure", {}) for entry in past)


def gates_of(versions: Sequence[Version]) -> dict[str, str]:
    """Return by item the column for whose value its records might be withheld by any of the versions."""
    return {item: name for version in versions for item, name in gates_in(version.declared.items).items()}


def _turn(version: Version, item: str, on: date) -> int:
    """Return the last day on which a grant of an item began or was over."""
    return max(_turns(version, item, on))


def _turns(version: Version, item: str, on: date) -> list[int]:
    """Return the days until now on which a grant of an item began or was over, and the first of all days."""
    days = [0]
    for grant in version.grants.values():
        if item in grant["items"]:
            turns = (grant.get("valid_from", _EPOCH), grant["valid_until"] + timedelta(1))
            days += [(turn - _EPOCH).days for turn in turns if turn <= on]
    return days
