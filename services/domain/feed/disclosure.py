"""What of a change one grant lets through: the one place that decides it, whatever gives records away.

Disclosure is by schema: a projection's schema is made from the grant and holds only the fields that
the grant admits, so a field that a subscriber may not see does not exist for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from creditbus.services.domain.catalogue import Field, Item
from creditbus.services.domain.event import Act, RecordState, Verb
from creditbus.services.domain.feed.grants import Grant, admitted_fields, discloses

__all__ = ["ACT_FIELDS", "HASH_BYTES", "RETRACTED", "Projection", "masked", "shows"]

#: SHA-256 of the record before, over its whole value.
HASH_BYTES: Final = 32

#: A record in one of these states is to be shown no more: its change says who and which, and every part of act and
#: content is null.
RETRACTED: Final = frozenset({RecordState.WITHDRAWN, RecordState.REPAIRED, RecordState.EXPIRED})

ACT_FIELDS: Final = tuple(Act.__annotations__)
_NULLABLE: Final = ["null", "string"]


class Projection:
    """The changes of one item as one grant shows them.

    Attributes:
        act: names of the parts of the act that are shown.
        fields: fields of the content that are shown, in the order of the schema; some masked.
        partial: codes of those of which the grant admits some values only; the others are shown as null.
        gate: field for whose value a record is withheld as a whole (`withholding`); None: this grant admits them all.

    """

    __slots__ = ("act", "fields", "gate", "grant", "item", "partial")

    def __init__(self, grant: Grant, item: Item) -> None:
        self.grant = grant
        self.item = item
        self.fields = admitted_fields(grant, item)
        self.partial = frozenset(field.code for field in self.fields if not field.narrowest.within(grant.disclosure))
        self.act = _admitted_act(item, [field for field in self.fields if field.code not in self.partial])
        withheld_for = item.fields.get(item.withheld_unless_disclosed)
        admits_all = withheld_for is None or withheld_for.narrowest.within(grant.disclosure)
        self.gate = None if admits_all else withheld_for

    def shown(self, field: Field, value: str) -> str | None:
        """Return a value of one of `fields` as it is shown: whole, masked, or None where its class is not admitted."""
        if field.code in self.partial and not discloses(self.grant, field, value):
            return None
        return value if field.mask is None else masked(field, value)

    def schema(self) -> dict[str, Any]:
        """Return the Avro schema of the feed's records of this item."""
        name = "".join(part.capitalize() for part in self.item.id.split("-"))
        return {
            "type": "record",
            "name": f"{name}Change",
            "namespace": f"creditbus.feed.{self.grant.subscriber.replace('-', '_')}",
            "doc": f"{self.item.title} ({self.item.title_en}). {self.grant.purpose}: {self.grant.legal_basis}",
            "fields": [
                {"name": "feed", "type": _evidence()},
                {"name": "subject", "type": _subject()},
                {"name": "record", "type": _record()},
                {"name": "act", "type": _part("FeedAct", [_optional(name) for name in self.act])},
                {"name": "content", "type": _part(f"{name}Content", [_content_field(field) for field in self.fields])},
            ],
        }


def _admitted_act(item: Item, fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the parts of the act that come from these fields only, and the subject's statement: it is always shown."""
    admitted = {field.code for field in fields}
    sources: dict[str, set[str]] = {name: set() for name in ACT_FIELDS}
    for stated in item.events:
        for name, source in stated.act:
            sources[name].add(source)
    shown = {name for name in ACT_FIELDS if sources[name] and sources[name] <= admitted}
    if Verb.ANNOTATE in item.verbs:
        shown.add("statement")
    return tuple(name for name in ACT_FIELDS if name in shown)


def shows(projection: Projection) -> tuple[Any, ...]:
    """Return what a projection shows; projections with the same show the same of every record."""
    fields, partial, gate = projection.fields, projection.partial, projection.gate
    ruled = [field for field in fields if field.code in partial] + ([] if gate is None else [gate])
    return (
        projection.act,
        tuple((field.code, field.mask) for field in fields),
        projection.grant.disclosure if ruled else None,
        tuple((field.code, field.disclosure, tuple(sorted(field.by_value.items()))) for field in ruled),
    )


def masked(field: Field, value: str) -> str:
    """Return a value as it is shown of a masked field."""
    assert field.mask is not None  # noqa: S101 -- for the type checker: asked of masked fields alone
    left, right = field.mask
    hidden = len(value) - left - right
    if hidden <= 0:
        return "*" * len(value)
    return value[:left] + "*" * hidden + value[len(value) - right :]


def _part(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": fields}


def _optional(name: str) -> dict[str, Any]:
    return {"name": name, "type": _NULLABLE, "default": None}


def _content_field(field: Field) -> dict[str, Any]:
    described = {"code": field.code, "title": field.title, "title_en": field.title_en, "format": field.format.value}
    return _optional(field.code) | described


def _evidence() -> dict[str, Any]:
    hash_type = {"type": "fixed", "name": "Sha256", "size": HASH_BYTES}
    return {
        "type": "record",
        "name": "FeedEvidence",
        "doc": "Proof of completeness: in each partition feed_seq counts from 1 without gaps.",
        "fields": [
            {"name": "feed_seq", "type": "long"},
            {
                "name": "previous_hash",
                "type": hash_type,
                "doc": "SHA-256 of the whole value of the record before it in its partition; zeros for the first.",
            },
        ],
    }


def _subject() -> dict[str, Any]:
    return _part(
        "FeedSubject",
        [
            {"name": "code", "type": "string", "doc": "Unified social credit code."},
            {"name": "name", "type": "string"},
            {"name": "kind", "type": "string"},
            {"name": "district", "type": "string", "doc": "Registered district; empty when unknown."},
            {"name": "registered", "type": "boolean"},
            {"name": "version", "type": "long", "doc": "Version of the subject's profile after this change."},
        ],
    )


def _record() -> dict[str, Any]:
    texts = ("item", "authority", "authority_name", "document_no", "verb", "change")
    return _part(
        "FeedRecord",
        [
            *({"name": name, "type": "string"} for name in texts),
            {"name": "revision", "type": "int"},
            {"name": "state", "type": "string"},
            _optional("previous_state"),
            {"name": "event_id", "type": "string", "doc": "Hexadecimal; the same event has the same id in every feed."},
            {"name": "received_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            _optional("withheld_for")
            | {"doc": "Why this feed shows the record no more: VALUE, DISTRICT, CONSENT or GRANT."},
        ],
    )
