"""`creditbus grants show`: the grant of a subscriber that is in force, and the fields that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.messages import grants as messages
from creditbus.services.cli.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditbus.services.domain.feed.disclosure import Projection
    from creditbus.topics.parties import Subscriber
    from creditbus.topics.text import Message

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show")(show)


def show(subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)], json: Json = False) -> None:
    """Show the grant of a subscriber that is in force, and the fields of each item that it shows."""
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.domain.feed.disclosure import Projection
    from creditbus.services.fanout.app import grant_of
    from creditbus.topics.city import current_city
    from creditbus.topics.declarations import declarations

    connected()
    declared = declarations().subscribers[known_subscriber(subscriber)]
    grant, catalogue = grant_of(declared), Catalogue.parse(raw_catalogue())
    items = [_item(Projection(grant, catalogue.items[item])) for item in sorted(grant.items)]
    facts = {**_facts(declared), "version": current_city().version or None, "items": items}
    if json:
        print_json(facts)
        return
    for line in _lines(facts):
        OUTPUT.print(line, soft_wrap=True, markup=False)


def _facts(declared: Subscriber) -> dict[str, Any]:
    bounds = {"queries_per_day": declared.queries_per_day, "feed_bytes_per_second": declared.feed_bytes_per_second}
    quota = {name: bound for name, bound in bounds.items() if bound is not None}
    return {
        "subscriber": declared.id,
        "name": {"zh": declared.name.zh, "en": declared.name.en},
        "kind": declared.kind,
        "purpose": declared.purpose,
        "legal_basis": declared.legal_basis,
        "subject_kinds": list(declared.subject_kinds),
        "districts": None if declared.districts is None else sorted(declared.districts),
        "disclosure": declared.disclosure,
        "consent": declared.consent,
        "uscc": declared.uscc,
        "valid_from": None if declared.valid_from is None else declared.valid_from.isoformat(),
        "valid_until": declared.valid_until.isoformat(),
        "quota": quota or None,
    }


def _consent(facts: dict[str, Any]) -> str:
    if not facts["consent"]:
        return spoken(messages.CONSENT_NOT_NEEDED)
    uscc = facts["uscc"]
    return spoken(messages.CONSENT_NEEDED, uscc=uscc) if uscc else spoken(messages.CONSENT_TO_NOBODY)


def _item(projection: Projection) -> dict[str, Any]:
    gate = projection.gate
    return {
        "item": projection.item.id,
        "act": list(projection.act),
        "fields": [field.code for field in projection.fields],
        "masked": {field.code: list(field.mask) for field in projection.fields if field.mask is not None},
        "some_values": sorted(projection.partial),
        "withheld_for": None if gate is None else gate.code,
        "all_fields": len(projection.item.fields),
    }


def _quota(facts: dict[str, Any], name: str, message: Message) -> str:
    bound = (facts["quota"] or {}).get(name)
    return spoken(messages.NO_QUOTA) if bound is None else spoken(message, bound=bound)


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    name = facts["name"]
    yield f"{facts['subscriber']}  {spoken(messages.NAME(zh=name['zh'], en=name['en']))}"
    districts, kinds = facts["districts"], [word(kind) for kind in facts["subject_kinds"]]
    said = {
        "purpose": facts["purpose"],
        "legal_basis": facts["legal_basis"],
        "subject_kinds": listed(kinds),
        "districts": spoken(messages.EVERY_DISTRICT) if districts is None else listed(districts),
        "disclosure": word(facts["disclosure"]),
        "consent": _consent(facts),
        "valid": spoken(messages.VALID, first=facts["valid_from"] or "…", last=facts["valid_until"]),
        "quota": _quota(facts, "queries_per_day", messages.QUOTA),
        "feed_quota": _quota(facts, "feed_bytes_per_second", messages.FEED_QUOTA),
    }
    for part, value in said.items():
        yield f"  {spoken(messages.PARTS[part])}  {value}"
    for one in facts["items"]:
        yield f"  {one['item']}  {spoken(messages.FIELDS, count=len(one['fields']), of=one['all_fields'])}"
        marked = {"masked": one["masked"], "some_values": one["some_values"]}
        for what, codes in marked.items():
            if codes:
                yield f"    {spoken(messages.OF_FIELDS[what], codes=listed(codes))}"
        if one["withheld_for"]:
            yield f"    {spoken(messages.WITHHELD_FOR, code=one['withheld_for'])}"
