"""Why a subscriber is shown nothing, by the very rule that fanout applies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from creditbus.services.domain.catalogue import Disclosure
from creditbus.services.domain.feed.denial import Denial, denial, granted
from creditbus.services.domain.feed.grants import Grant, admits

_DAY = date(2026, 1, 1)


def _grant(*, items: str, kinds: str, districts: str | None, consent: bool, until: date) -> Grant:
    return Grant(
        subscriber="one",
        purpose="-",
        legal_basis="-",
        items=frozenset({items}),
        subject_kinds=frozenset({kinds}),
        districts=None if districts is None else frozenset({districts}),
        disclosure=Disclosure.PUBLIC,
        consent=consent,
        valid_until=until,
    )


@pytest.mark.parametrize(
    ("items", "kinds", "districts", "consent", "since", "until"),
    [
        *product(
            ["red-black-list", "other"],
            ["ENTERPRISE", "INSTITUTION"],
            [None, "420106", "420107"],
            ["needs consent", ""],
            [None, _DAY, date(2026, 1, 2)],
            [_DAY, date(2025, 12, 31)],
        )
    ],
)
def test_a_denial_is_named_exactly_where_a_grant_does_not_admit(
    items: str, kinds: str, districts: str | None, consent: str, since: date | None, until: date
) -> None:
    grant = _grant(items=items, kinds=kinds, districts=districts, consent=bool(consent), until=until)
    grant = replace(grant, valid_from=since)
    asked = {"item": "red-black-list", "subject_kind": "ENTERPRISE", "district": "420106", "on": _DAY}
    assert (denial(grant, **asked) is None) == admits(grant, **asked)  # type: ignore[arg-type] # each has its type


def test_a_grant_that_needs_consents_goes_by_one_to_its_institution_and_for_its_purpose() -> None:
    plain = _grant(items="other", kinds="ENTERPRISE", districts=None, consent=True, until=_DAY)
    grant = replace(plain, institution="11990100AF0000155D", purpose="one")
    asked: dict[str, Any] = {"item": "other", "subject_kind": "ENTERPRISE", "district": "", "on": _DAY}
    given = [("11990100AF0000155D", "one")]
    other = [("11990100AF0000155D", "other"), ("11990100AU0000010W", "one"), ("", "one")]
    for one, consents, admitted in (
        (grant, given, True),
        (grant, other, False),
        (grant, [], False),
        (plain, [*given, *other, ("", "-")], False),
    ):
        assert admits(one, **asked, consents=consents) == admitted
        assert denial(one, **asked, consents=consents) == (None if admitted else Denial.CONSENT)


def test_a_grant_that_has_not_begun_says_when_it_does() -> None:
    grant = _grant(items="other", kinds="ENTERPRISE", districts=None, consent=False, until=date(2027, 1, 1))
    grant = replace(grant, valid_from=date(2026, 1, 2))
    why = denial(grant, item="other", subject_kind="ENTERPRISE", district="", on=_DAY)
    assert why is Denial.NOT_YET
    assert granted(grant, why) == "2026-01-02"


def test_the_first_reason_is_named() -> None:
    grant = _grant(items="other", kinds="INSTITUTION", districts="420107", consent=True, until=date(2025, 1, 1))
    asked: dict[str, Any] = {"subject_kind": "ENTERPRISE", "district": "420106"}
    assert denial(grant, item="red-black-list", on=_DAY, **asked) is Denial.ITEM
    assert denial(grant, item="other", on=_DAY, **asked) is Denial.EXPIRED
    assert denial(grant, item="other", on=date(2024, 1, 1), **asked) is Denial.CONSENT
