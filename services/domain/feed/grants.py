"""Grants: what a subscriber may receive, why, and until when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from creditbus.services.domain.catalogue import Disclosure, Field, Item

__all__ = ["NO_CONSENTS", "Consents", "Grant", "admits", "admitted_fields", "consented", "discloses"]

Consents = Collection[tuple[str, str]]
"""Those of a subject that count for a record: to which institution, by its unified credit code, and what for."""

NO_CONSENTS: Final[Consents] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The grant of one subscriber.

    Attributes:
        subscriber: id.
        purpose: what the records may be used for.
        legal_basis: what allows it.
        items: catalogue item ids.
        subject_kinds: kinds of subjects.
        districts: registered districts of the subjects; None means all.
        disclosure: the narrowest class of fields that it admits.
        consent: whether a recorded consent of the subject to this institution and for this purpose is needed.
        valid_from: first day; None: from ever on.
        valid_until: last day.
        fields: narrower choice of field codes by item.
        institution: unified social credit code of the subscriber, by which consents name it; empty: not known, so
            that a grant which needs consents admits nothing, or none are needed.
        masks: by item and field, characters kept at the left and at the right of what is shown; a field that is masked
            for everybody keeps no more than it does there.

    """

    subscriber: str
    purpose: str
    legal_basis: str
    items: frozenset[str]
    subject_kinds: frozenset[str]
    districts: frozenset[str] | None
    disclosure: Disclosure
    consent: bool
    valid_until: date
    valid_from: date | None = None
    fields: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    masks: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=lambda: MappingProxyType({}))
    institution: str = ""


def admits(
    grant: Grant, *, item: str, subject_kind: str, district: str, on: date, consents: Consents = NO_CONSENTS
) -> bool:
    """Tell whether the grant covers changes of an item, of such subjects, on a day.

    The district is the registered one of the profile, never that of the code's own digits.
    """
    return (
        item in grant.items
        and on <= grant.valid_until
        and (grant.valid_from is None or grant.valid_from <= on)
        and (not grant.consent or consented(grant, consents))
        and subject_kind in grant.subject_kinds
        and (grant.districts is None or district in grant.districts)
    )


def consented(grant: Grant, consents: Consents) -> bool:
    """Tell whether one of the subject's consents is to the grant's institution and for its purpose."""
    return bool(grant.institution) and (grant.institution, grant.purpose) in consents


def admitted_fields(grant: Grant, item: Item) -> tuple[Field, ...]:
    """Return the content fields of an item that the grant admits, in the order of the schema.

    A field is admitted where its ceiling admits any of its values; whether it admits one, `discloses` tells. On
    each side of it the mask counts that hides more, its own or the grant's.
    """
    chosen, masks = grant.fields.get(item.id), grant.masks.get(item.id, {})
    return tuple(
        _masked_by(field, masks.get(field.code))
        for field in item.fields.values()
        if field.widest.within(grant.disclosure) and (chosen is None or field.code in chosen)
    )


def _masked_by(field: Field, mask: tuple[int, int] | None) -> Field:
    if mask is None:
        return field
    own = field.mask or mask
    return replace(field, mask=(min(own[0], mask[0]), min(own[1], mask[1])))


def discloses(grant: Grant, field: Field, value: str | None) -> bool:
    """Tell whether the grant's ceiling admits the class of a field's value."""
    return field.class_of(value).within(grant.disclosure)
