"""The rule of an entry that gives values a class of their own, and what a subscriber sees of a change under it."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Disclosure, Field
from creditbus.services.domain.event import Applied
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.withholding import Sight, gate_of, sight
from tests.examples import shipped

Change = Callable[[Any, Any], object]
GRADES = shipped("tax-credit-grade")
PUBLIC, SHARED, AUTHORISED = Disclosure


def grant(ceiling: Disclosure) -> Grant:
    return Grant(
        subscriber="one",
        purpose="-",
        legal_basis="-",
        items=frozenset({GRADES.id}),
        subject_kinds=frozenset({"ENTERPRISE"}),
        districts=None,
        disclosure=ceiling,
        consent=False,
        valid_until=date(2099, 12, 31),
    )


def applied(change: str, revision: int, state: str, previous_state: str | None) -> Applied:
    return Applied(
        change=change,
        version=revision,
        revision=revision,
        state=state,
        previous_state=previous_state,
        registered_name="",
        district="",
        registered=True,
        policy={"version": 0, "day": 0},
        before=None,
        consents=[],
    )


def test_grade_a_is_public_and_every_other_one_is_shared() -> None:
    grade = GRADES.fields["XYDJ"]
    assert {value: grade.class_of(value) for value in (*grade.values, None)} == {
        **dict.fromkeys([*"BCDM", None], SHARED),
        "A": PUBLIC,
    }
    assert (grade.widest, grade.narrowest) == (PUBLIC, SHARED)
    assert GRADES.class_of({"XYDJ": "A"}) is PUBLIC
    assert GRADES.class_of({"XYDJ": "B"}) is SHARED
    assert shipped("administrative-penalty").class_of({}) is PUBLIC


def test_a_cell_of_several_values_has_the_class_of_the_narrowest() -> None:
    field = Field(
        code="X",
        title="x",
        title_en="x",
        disclosure=SHARED,
        by_value={"甲": PUBLIC, "乙": AUTHORISED},
        values=("甲", "乙", "丙"),
        separator=";",
    )
    assert [field.class_of(cell) for cell in ("甲", "甲;甲", "甲;丙", "丙;乙;甲")] == [
        PUBLIC,
        PUBLIC,
        SHARED,
        AUTHORISED,
    ]


@pytest.mark.parametrize(
    ("value", "what", "seen"),
    [
        ("A", applied("NEW", 1, "ACTIVE", None), Sight.SHOWN),
        ("A", applied("TRANSITION", 1, "WITHDRAWN", "ACTIVE"), Sight.SHOWN),
        ("B", applied("NEW", 1, "ACTIVE", None), Sight.NOTHING),
        ("B", applied("AMENDED", 2, "ACTIVE", "ACTIVE"), Sight.WITHHELD),
        ("B", applied("AMENDED", 2, "WITHDRAWN", "ACTIVE"), Sight.WITHHELD),
        # what was withdrawn, repaired or expired is on show nowhere
        ("B", applied("AMENDED", 2, "ACTIVE", "WITHDRAWN"), Sight.NOTHING),
        # it came from another subject with all that it had been there
        ("B", applied("NEW", 2, "ACTIVE", None), Sight.NOTHING),
        ("B", applied("AMENDED", 2, "REPAIRED", "REPAIRED"), Sight.NOTHING),
        ("B", applied("TRANSITION", 2, "WITHDRAWN", "EXPIRED"), Sight.NOTHING),
        # an act repeats the content, unless corrections lie over it
        ("B", applied("TRANSITION", 1, "WITHDRAWN", "ACTIVE"), Sight.NOTHING),
        ("B", applied("TRANSITION", 2, "WITHDRAWN", "ACTIVE"), Sight.WITHHELD),
        ("B", applied("TRANSITION", 2, "DISPUTED", "ACTIVE"), Sight.NOTHING),
    ],
)
def test_what_a_public_grant_sees_of_a_grade_where_the_one_before_is_not_known(
    value: str, what: Applied, seen: Sight
) -> None:
    assert sight(Projection(grant(PUBLIC), GRADES), value, what) is seen
    # a grant that admits every grade sees every change
    assert sight(Projection(grant(SHARED), GRADES), value, what) is Sight.SHOWN


@pytest.mark.parametrize(
    ("before", "value", "what", "seen"),
    [
        ("A", "B", applied("AMENDED", 2, "ACTIVE", "ACTIVE"), Sight.WITHHELD),
        ("C", "B", applied("AMENDED", 2, "ACTIVE", "ACTIVE"), Sight.NOTHING),
        ("B", "A", applied("AMENDED", 2, "ACTIVE", "ACTIVE"), Sight.SHOWN),
        ("A", "B", applied("AMENDED", 2, "WITHDRAWN", "ACTIVE"), Sight.WITHHELD),
        ("C", "B", applied("AMENDED", 3, "WITHDRAWN", "ACTIVE"), Sight.NOTHING),
        # nobody holds it, so nobody has to learn that it ends
        ("B", "A", applied("AMENDED", 2, "WITHDRAWN", "ACTIVE"), Sight.NOTHING),
        ("A", "B", applied("AMENDED", 2, "ACTIVE", "WITHDRAWN"), Sight.NOTHING),
        # an act leaves the grade as it was, whatever its row says
        ("B", "A", applied("TRANSITION", 2, "DISPUTED", "ACTIVE"), Sight.NOTHING),
        ("A", "B", applied("TRANSITION", 2, "DISPUTED", "ACTIVE"), Sight.SHOWN),
        ("B", "A", applied("TRANSITION", 2, "WITHDRAWN", "ACTIVE"), Sight.NOTHING),
        ("A", "B", applied("TRANSITION", 2, "WITHDRAWN", "ACTIVE"), Sight.SHOWN),
    ],
)
def test_what_a_public_grant_sees_of_a_grade_after_another(before: str, value: str, what: Applied, seen: Sight) -> None:
    assert sight(Projection(grant(PUBLIC), GRADES), value, what, gate_of("XYDJ", before)) is seen
    assert sight(Projection(grant(SHARED), GRADES), value, what, gate_of("XYDJ", before)) is Sight.SHOWN


def test_the_value_of_another_field_says_nothing_of_what_was_shown() -> None:
    what = applied("AMENDED", 2, "ACTIVE", "ACTIVE")
    assert sight(Projection(grant(PUBLIC), GRADES), "B", what, gate_of("PJND", "C")) is Sight.WITHHELD


def test_a_grant_that_admits_no_value_has_nothing_to_be_taken_back() -> None:
    field = replace(GRADES.fields["XYDJ"], disclosure=AUTHORISED, by_value={"A": SHARED})
    item = replace(GRADES, fields={**GRADES.fields, "XYDJ": field})
    amended = applied("AMENDED", 2, "ACTIVE", "ACTIVE")
    assert sight(Projection(grant(PUBLIC), item), "B", amended) is Sight.NOTHING
    assert sight(Projection(grant(SHARED), item), "B", amended) is Sight.WITHHELD


def rule(entry: Any) -> Any:
    return entry["disclosure"]["by_value"]["XYDJ"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda _, entry: entry["disclosure"]["by_value"].update(XYDX={"public": ["A"]}),
            "disclosure.by_value.XYDX: 'XYDX' is unknown; did you mean XYDJ?",
        ),
        (
            lambda _, entry: entry["disclosure"]["by_value"].update(NSRMC={"shared": ["A"]}),
            "disclosure.by_value.NSRMC: list the values of this field in the schema",
        ),
        (
            lambda _, entry: entry["disclosure"]["by_value"].update(XYDJ={}),
            "disclosure.by_value.XYDJ: name a class and its values, such as",
        ),
        (
            lambda _, entry: rule(entry).update(publik=["B"]),
            "disclosure.by_value.XYDJ.publik: 'publik' is unknown; did you mean public?",
        ),
        (
            lambda _, entry: rule(entry).update(public=["E"]),
            "disclosure.by_value.XYDJ.public: 'E' is unknown; use one of: A, B, C, D, M",
        ),
        (
            lambda _, entry: rule(entry).update(public="A"),
            "disclosure.by_value.XYDJ.public: write a list of texts",
        ),
        (
            lambda _, entry: rule(entry).update(authorised=["A"]),
            "disclosure.by_value.XYDJ.authorised: 'A' has the class public already; name it once",
        ),
        (
            lambda _, entry: rule(entry).update(shared=["B"]),
            "disclosure.by_value.XYDJ.shared: leave this class out: the schema gives it",
        ),
        (
            lambda _, entry: entry["disclosure"].update(withheld_unless_disclosed="XYDY"),
            "disclosure.withheld_unless_disclosed: 'XYDY' is unknown; did you mean XYDJ?",
        ),
        (
            lambda _, entry: entry["disclosure"].update(withheld_unless_disclosed="PJND"),
            "disclosure.withheld_unless_disclosed: leave it out: every value of PJND is public",
        ),
        (
            lambda schema, _: schema["fields"][2].pop("mandatory"),
            "disclosure.withheld_unless_disclosed: make the field XYDJ mandatory",
        ),
        (
            lambda _, entry: entry["disclosure"].update(withheld="XYDJ"),
            "disclosure.withheld: unknown key; use one of: by_value, withheld_unless_disclosed",
        ),
        (
            lambda _, entry: entry["natural_key"].update(document_no="{XYDJ}"),
            "disclosure: take XYDJ out of by_value: it names the record or its subject",
        ),
    ],
)
def test_a_wrong_rule_is_refused_by_key_and_remedy(change: Change, message: str) -> None:
    schema, entry = copy.deepcopy(raw_catalogue()["tax-credit-grade"])
    change(schema, entry)
    with pytest.raises(CatalogueError) as error:
        Catalogue.parse({"tax-credit-grade": (schema, entry)})
    assert str(error.value).startswith(f"tax-credit-grade/item.yaml: {message}")
