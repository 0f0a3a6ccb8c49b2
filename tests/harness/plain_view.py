"""What a grant shows of a record, read from the catalogue's files and the grant as its own file states it."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from creditbus.avro_schemas import RawItem
from tests.harness.plain_record import Content

__all__ = ["Consent", "Facts", "Grant", "Shown", "admits", "disclosed"]

_RANK = {"public": 0, "shared": 1, "authorised": 2}

Grant = Mapping[str, Any]
Consent = Mapping[str, str | None]
"""What a consent in force says."""


class Facts(NamedTuple):
    """What is known of a subject."""

    registered: bool
    name: str
    district: str


class Shown(NamedTuple):
    """A record as a subscriber, or a profile, has it."""

    facts: Facts
    state: str
    revision: int
    statement: str | None
    fields: dict[str, str | None]


def admits(grant: Grant, item: str, facts: Facts, on: date, consents: Collection[Consent]) -> bool:
    """Tell whether a grant covers records of an item, of a subject with these facts and consents, on a day."""
    return (
        item in grant["items"]
        and "ENTERPRISE" in grant["subject_kinds"]
        and ("all" in grant["districts"] or facts.district in grant["districts"])
        and grant.get("valid_from", date.min) <= on <= grant["valid_until"]
        and (not grant["consent"] or any(_reaches(one, grant, item, on) for one in consents))
    )


def _reaches(consent: Consent, grant: Grant, item: str, on: date) -> bool:
    items = consent["SQSX"]
    return (
        consent["BSQJGDM"] == grant["uscc"]
        and consent["CXYT"] == grant["purpose"]
        and (not items or item in items.split(";"))
        and date.fromisoformat(consent["SQQSRQ"] or "") <= on <= date.fromisoformat(consent["SQJZRQ"] or "")
    )


def disclosed(grant: Grant, item: str, content: Content, items: Mapping[str, RawItem]) -> dict[str, str | None] | None:
    """Return the columns that a grant shows of a content; None: it shows nothing of such a record."""
    raw, ceiling, told = items[item], _RANK[grant["disclosure"]], dict(content)
    stated = raw.entry.get("disclosure", {})
    found: dict[str, str | None] = {}
    for column in raw.schema["fields"]:
        name, value = column["name"], told.get(column["name"])
        by_value = {one: _RANK[rank] for rank, of in stated.get("by_value", {}).get(name, {}).items() for one in of}
        rank = by_value.get(value, _RANK[column["disclosure"]])
        if name == stated.get("withheld_unless_disclosed") and rank > ceiling:
            return None
        if name in fields_shown(grant, item, raw) and rank <= ceiling and value is not None:
            masks = [mask for mask in (column.get("mask"), grant.get("masks", {}).get(item, {}).get(name)) if mask]
            found[name] = "".join(_masked(value, masks)) if masks else value
    return found


def fields_shown(grant: Grant, item: str, raw: RawItem) -> list[str]:
    """Return the columns that a grant names, or all."""
    return grant.get("fields", {}).get(item) or [column["name"] for column in raw.schema["fields"]]


def _masked(value: str, masks: list[Any]) -> Iterator[str]:
    left, right = (min(mask[side] for mask in masks) for side in (0, 1))
    for place, character in enumerate(value):
        hidden = left <= place < len(value) - right or left + right >= len(value)
        yield "*" if hidden else character
