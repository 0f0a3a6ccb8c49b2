"""A record as one grant discloses it on a day, as `profile show --as` does: each reason that hides it, and masks."""

from datetime import timedelta
from typing import Any

import pytest

from creditbus.services.domain.catalogue import Disclosure
from creditbus.services.domain.event import NO_ACT, RecordState
from creditbus.services.domain.feed.denial import Denial
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.view import Disclosed, Facing, disclose
from tests.unit.domain.test_policy import DAY, GRADES, LISTS, grant

ACTIVE, NARROW = RecordState.ACTIVE, {"districts": frozenset({"420106"})}


def seen(
    changes: dict[str, Any],
    *,
    kind: str = "ENTERPRISE",
    district: str = "420106",
    state: RecordState = ACTIVE,
    grade: str = "A",
) -> Disclosed | Denial:
    content = {**dict.fromkeys(GRADES.fields), "PJND": "2018", "XYDJ": grade}
    return disclose(Projection(grant(**changes), GRADES), Facing(kind, district, DAY), state, NO_ACT, content)


@pytest.mark.parametrize(
    ("changes", "facts", "why"),
    [
        ({"items": frozenset({LISTS.id})}, {}, Denial.ITEM),
        ({"valid_from": DAY + timedelta(1)}, {}, Denial.NOT_YET),
        ({"valid_until": DAY - timedelta(1)}, {}, Denial.EXPIRED),
        ({"consent": True}, {}, Denial.CONSENT),
        ({}, {"kind": "INSTITUTION"}, Denial.SUBJECT_KIND),
        (NARROW, {"district": "420103"}, Denial.DISTRICT),
        (NARROW, {"district": ""}, Denial.DISTRICT),
        ({"disclosure": Disclosure.PUBLIC}, {"grade": "B"}, Denial.VALUE),
        ({}, {"state": RecordState.WITHDRAWN}, Denial.RETRACTED),
        ({}, {"state": RecordState.REPAIRED}, Denial.RETRACTED),
        ({}, {"state": RecordState.EXPIRED}, Denial.RETRACTED),
    ],
)
def test_each_reason_hides_a_record(changes: dict[str, Any], facts: dict[str, Any], why: Denial) -> None:
    assert seen(changes, **facts) == why


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"valid_from": DAY, "valid_until": DAY}, {}),
        (NARROW, {}),
        ({"disclosure": Disclosure.PUBLIC}, {}),
        ({}, {"grade": "B"}),
        ({}, {"state": RecordState.DISPUTED}),
        ({}, {"state": RecordState.EXITED}),
    ],
)
def test_what_no_reason_hides_is_disclosed(changes: dict[str, Any], facts: dict[str, Any]) -> None:
    found = seen(changes, **facts)
    assert isinstance(found, Disclosed)
    assert found.content["XYDJ"] == facts.get("grade", "A")


def test_fields_and_masks_of_the_grant_count() -> None:
    found = seen({"fields": {GRADES.id: frozenset({"PJND"})}, "masks": {GRADES.id: {"PJND": (1, 1)}}})
    assert found == Disclosed({}, {"PJND": "2**8"})
