"""Why a grant does not let a record through: asked where a person wants to know, next to `grants.admits`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from creditbus.services.domain.feed.grants import NO_CONSENTS, Consents, Grant, consented

__all__ = ["Denial", "denial", "granted"]


class Denial(StrEnum):
    """The reasons."""

    ITEM = "item"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    CONSENT = "consent"
    SUBJECT_KIND = "subject_kind"
    DISTRICT = "district"
    VALUE = "value"
    """The record is withheld as a whole from anyone who may not see one of its values."""
    RETRACTED = "retracted"
    """The record is withdrawn, repaired or expired, and shown to nobody."""


def denial(
    grant: Grant, *, item: str, subject_kind: str, district: str, on: date, consents: Consents = NO_CONSENTS
) -> Denial | None:
    """Return the first reason for which a grant does not cover a change; None exactly where `grants.admits`."""
    reasons = (
        (Denial.ITEM, item not in grant.items),
        (Denial.NOT_YET, grant.valid_from is not None and on < grant.valid_from),
        (Denial.EXPIRED, on > grant.valid_until),
        (Denial.CONSENT, grant.consent and not consented(grant, consents)),
        (Denial.SUBJECT_KIND, subject_kind not in grant.subject_kinds),
        (Denial.DISTRICT, grant.districts is not None and district not in grant.districts),
    )
    return next((why for why, holds in reasons if holds), None)


def granted(grant: Grant, why: Denial) -> str:
    """Return what a grant says there, such as its districts; empty where it says nothing by itself."""
    match why:
        case Denial.DISTRICT:
            return ", ".join(sorted(grant.districts or ()))
        case Denial.SUBJECT_KIND:
            return ", ".join(sorted(grant.subject_kinds))
        case Denial.NOT_YET:
            return "" if grant.valid_from is None else grant.valid_from.isoformat()
        case Denial.EXPIRED:
            return grant.valid_until.isoformat()
        case Denial.VALUE:
            return grant.disclosure.value
        case _:
            return ""
