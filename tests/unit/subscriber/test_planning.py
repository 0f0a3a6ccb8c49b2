"""What a batch of records changes: for each key the newest alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.event import RecordState
from creditbus.services.subscriber.batch import Change
from creditbus.services.subscriber.planning import key_of, plan_changes, takes_away
from creditbus.services.subscriber.table_model import table_model
from tests.feed_copies import MadeFeed, item_schema

_ITEMS = ("tax-credit-grade", "red-black-list")
_MODELS = {item: table_model(item, item_schema(item)) for item in _ITEMS}
_RECORDS = st.lists(
    st.tuples(
        st.sampled_from(_ITEMS),
        st.sampled_from(["S1", "S2"]),
        st.sampled_from(["1号", "2号"]),
        st.sampled_from([*RecordState, "WITHHELD"]),
    ),
    max_size=12,
)


def _changes(records: Any) -> tuple[MadeFeed, list[Change]]:
    feed = MadeFeed(1)
    for item, subject, document, state in records:
        feed.put(0, subject, document, item=item, state=str(state))
    return feed, [Change(_MODELS[one["record"]["item"]], 0, 0, one) for one in feed.fields.get(0, [])]


@given(_RECORDS)
def test_the_newest_record_of_each_key_decides(records: Any) -> None:
    feed, changes = _changes(records)
    plan = plan_changes(changes)
    view = feed.view()
    for item, model in _MODELS.items():
        if model.name not in plan.rows:
            assert item not in view
            continue
        kept = [row for rows in plan.kept(model.name).values() for row in rows]
        assert sorted(kept) == sorted(model.row(fields) for fields in view[item].values())
        touched = {key_of(fields) for *_, fields in changes if fields["record"]["item"] == item}
        assert set(plan.removed(model.name)) == touched - view[item].keys()
    assert sum(plan.counts().values()) == len({(one["record"]["item"], key_of(one)) for *_, one in changes})


@pytest.mark.parametrize(
    ("state", "gone"),
    [
        ("ACTIVE", False),
        ("DISPUTED", False),
        ("EXITED", False),
        ("WITHDRAWN", True),
        ("REPAIRED", True),
        ("EXPIRED", True),
        ("WITHHELD", True),
    ],
)
def test_what_is_to_be_shown_no_more_is_taken_away(state: str, *, gone: bool) -> None:
    assert takes_away({"record": {"state": state}}) is gone


def test_versions_of_a_schema_keep_their_own_columns() -> None:
    feed = MadeFeed(1)
    wider = item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ"))
    feed.put(0, "S1")
    feed.put(0, "S2", schema=wider)
    old, new = _MODELS["tax-credit-grade"], table_model("tax-credit-grade", wider)
    plan = plan_changes(Change(model, 0, 0, one) for model, one in zip((old, new), feed.fields[0], strict=True))
    assert plan.models == [old, new]
    assert {place: len(rows) for place, rows in plan.kept("tax_credit_grade").items()} == {0: 1, 1: 1}
