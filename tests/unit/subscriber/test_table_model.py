"""The table that a feed's schema asks for."""

from __future__ import annotations

import pytest

from creditbus.services.domain.catalogue import Disclosure
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.fanout.app import grant_of
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.table_model import KEY, Kind, table_model, table_name
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError
from tests.examples import CATALOGUE
from tests.feed_copies import item_schema

_GRANTS = [grant_of(one) for one in declarations().subscribers.values()]


def test_columns_are_named_after_part_and_field_and_fields_of_the_content_after_their_code() -> None:
    model = table_model("tax-credit-grade", item_schema("tax-credit-grade", ("decided_on",), ("XYDJ",)))
    assert (model.name, table_name("a-b-c")) == ("tax_credit_grade", "a_b_c")
    named = {column.name: (column.kind, column.part, column.field) for column in model.columns}
    assert named["subject_code"] == (Kind.TEXT, "subject", "code")
    assert named["subject_registered"] == (Kind.FLAG, "subject", "registered")
    assert named["record_received_at"] == (Kind.MOMENT, "record", "received_at")
    assert named["act_decided_on"] == (Kind.TEXT, "act", "decided_on")
    assert named["xydj"] == (Kind.TEXT, "content", "XYDJ")
    assert named["feed_seq"] == (Kind.NUMBER, "feed", "feed_seq")
    assert not {"record_item", "record_withheld_for", "feed_previous_hash"} & named.keys()


def test_a_field_of_the_content_never_takes_the_name_of_another_part() -> None:
    codes = ("RECORD_STATE", "FEED_SEQ", "STATE")
    model = table_model("x", item_schema("x", content=codes))
    assert [column.name for column in model.columns if column.part == "content"] == [
        "content_record_state",
        "content_feed_seq",
        "state",
    ]
    assert len(set(model.names())) == len(model.columns)


def test_a_type_that_no_table_takes_is_named() -> None:
    schema = item_schema("x")
    schema["fields"][4]["type"]["fields"][0]["type"] = ["null", "bytes"]
    with pytest.raises(ConfigurationError, match="field PJND is of type bytes, which no table takes"):
        table_model("x", schema)


@pytest.mark.parametrize("grant", _GRANTS, ids=lambda grant: str(grant.subscriber))
def test_every_column_of_every_declared_feed_has_a_name_of_its_own_and_a_comment_in_both_languages(
    grant: Grant,
) -> None:
    for item in sorted(grant.items):
        known = CATALOGUE.item(item)
        assert known is not None
        model = table_model(item, Projection(grant, known).schema())
        lower = [name.lower() for name in model.names()]
        assert len(set(lower)) == len(lower)
        assert set(KEY) <= set(lower)
        assert [column.name for column in model.columns if " (" not in column.comment] == [], item
        assert max(map(len, lower)) <= 63, "PostgreSQL cuts longer names"


def test_every_column_that_is_described_is_there() -> None:
    everything = Grant(
        subscriber="x",
        purpose="",
        legal_basis="",
        items=frozenset(),
        subject_kinds=frozenset(),
        districts=None,
        disclosure=Disclosure.AUTHORISED,
        consent=False,
        valid_until=_GRANTS[0].valid_until,
    )
    found = {name for item in CATALOGUE for name in table_model(item.id, Projection(everything, item).schema()).names()}
    assert sorted(messages.COLUMNS.keys() - found) == []
