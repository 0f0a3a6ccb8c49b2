"""When a record's publication ends: by the rules of the day that is looked at, and by what the record states."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.city_time import day_number, numbered_day
from creditbus.services.domain.profile.publication import End, Publication, ended_id
from tests.examples import CATALOGUE

PENALTY = "administrative-penalty"
TODAY = date(2026, 5, 20)


def shipped(item: str) -> Item:
    found = CATALOGUE.item(item)
    assert found is not None
    return found


def end(item: str, *, repaired: date | None = None, **values: str) -> date | None:
    """Return the first day on which a record of these values is not published any more; `repaired` is that of today."""
    publication = Publication(shipped(item))
    of = tuple(values.get(name, "").encode() for name in publication.fields)
    found = publication.end(of) if repaired is None else publication.end_of_repaired(of, day_number(repaired))
    return None if found is None else numbered_day(found.day)


@pytest.mark.parametrize(
    ("decided", "kinds", "over"),
    [
        ("2026-05-10", "罚款", "2027-05-11"),
        ("2026-05-10", "警告", "2026-08-11"),
        ("2026-05-10", "责令停产停业", "2029-05-11"),
        # of several kinds the longest counts, and one that no rule names is an ordinary one
        ("2026-05-10", "警告;罚款", "2027-05-11"),
        ("2026-05-10", "罚款;责令停产停业", "2029-05-11"),
        # a period ends on the day of the same number, or on the last one of its month
        ("2026-11-30", "警告", "2027-03-01"),
        ("2028-02-29", "罚款", "2029-03-01"),
        # the rule of 2023 ended it under its own term, that of 2026 on its first day
        ("2022-01-01", "罚款", "2025-01-02"),
        ("2024-06-01", "罚款", "2026-04-01"),
        ("2025-07-01", "罚款", "2026-07-02"),
        ("2025-07-01", "警告", "2026-04-01"),
        ("2024-06-01", "责令停产停业", "2027-06-02"),
        # before there was a rule nothing ended
        ("2015-03-01", "罚款", "2023-05-01"),
    ],
)
def test_a_penalty_ends_by_the_rule_of_the_day(decided: str, kinds: str, over: str) -> None:
    assert end(PENALTY, CF_JDRQ=decided, CF_CFLB=kinds) == date.fromisoformat(over)


@pytest.mark.parametrize(
    ("stated", "over"),
    [
        ("2026-06-30", "2026-07-01"),
        # a rule's term is the longest
        ("2030-01-01", "2027-05-11"),
        ("2099-12-31", "2027-05-11"),
        ("", "2027-05-11"),
    ],
)
def test_what_a_record_states_ends_it_earlier_and_never_later(stated: str, over: str) -> None:
    assert end(PENALTY, CF_JDRQ="2026-05-10", CF_CFLB="罚款", CF_GSJZQ=stated) == date.fromisoformat(over)


def test_a_repaired_record_ends_after_the_minimum_period_of_its_rule() -> None:
    assert end(PENALTY, repaired=TODAY, CF_JDRQ="2026-05-10", CF_CFLB="罚款") == date(2026, 8, 11)
    assert end(PENALTY, repaired=TODAY, CF_JDRQ="2026-05-10", CF_CFLB="警告") == date(2026, 5, 11)
    # the term that it states may be over before
    values = {"CF_JDRQ": "2026-05-10", "CF_CFLB": "罚款", "CF_GSJZQ": "2026-06-01"}
    assert end(PENALTY, repaired=TODAY, **values) == date(2026, 6, 2)


def test_without_a_rule_on_the_day_a_repaired_record_ends_at_once() -> None:
    before = date(2020, 3, 1)
    assert end(PENALTY, repaired=before, CF_JDRQ="2020-02-01", CF_CFLB="罚款") == before
    assert end("tourism-black-list", repaired=TODAY, LRRQ="2026-01-01", QXZ="2031-12-31") == TODAY


def test_rules_until_the_last_day_of_the_calendar_are_in_force_for_good() -> None:
    item = shipped(PENALTY)
    values = {"CF_JDRQ": b"2026-05-10", "CF_CFLB": "罚款".encode()}
    ends = []
    for last in (None, date.max):
        periods = tuple(replace(one, effective_to=one.effective_to or last) for one in item.publication.periods)
        publication = Publication(replace(item, publication=replace(item.publication, periods=periods)))
        ends.append(publication.end(tuple(values.get(name, b"") for name in publication.fields)))
    assert ends[0] is not None
    assert ends[0] == ends[1]


def test_a_term_that_no_rule_limits_is_the_records_own() -> None:
    assert end("tourism-black-list", LRRQ="2026-01-01", QXZ="2031-12-31") == date(2032, 1, 1)
    assert end("tourism-black-list", LRRQ="2026-01-01", QXZ="2099-12-31") is None
    assert end("tourism-black-list", LRRQ="2026-01-01") is None


def test_a_rule_of_one_list_says_nothing_of_another() -> None:
    assert end("red-black-list", LRRQ="2022-01-01", MDMC="拖欠农民工工资黑名单") == date(2025, 1, 2)
    assert end("red-black-list", LRRQ="2022-01-01", MDMC="守合同重信用企业") is None


def test_a_day_that_no_date_tells_ends_nothing() -> None:
    assert end(PENALTY, CF_JDRQ="soon", CF_GSJZQ="never") is None
    assert end(PENALTY, CF_GSJZQ="9999-12-31") is None


def test_every_item_with_rules_has_a_day_from_which_they_count() -> None:
    assert {item.id for item in CATALOGUE if item.publication.periods and not item.publication.start} == set()


def test_the_id_of_an_end_is_that_of_its_record_rule_and_day() -> None:
    by = End(day_number(date(2026, 5, 10)), "rule", "class")
    ids = {
        ended_id(b"a", by),
        ended_id(b"b", by),
        ended_id(b"a", by._replace(source="other")),
        ended_id(b"a", by._replace(day=by.day + 1)),
    }
    assert len(ids) == 4
    assert ended_id(b"a", by) == ended_id(b"a", End(*by))


def test_the_digest_of_rules_is_the_same_in_every_process() -> None:
    program = (
        "from creditbus.avro_schemas import raw_catalogue\n"
        "from creditbus.services.domain.catalogue import Catalogue\n"
        "from creditbus.services.domain.profile.publication import Publication\n"
        "print(Publication(Catalogue.parse(raw_catalogue()).items['administrative-penalty']).digest)\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "3", "4")
    }
    assert len(found) == 1
