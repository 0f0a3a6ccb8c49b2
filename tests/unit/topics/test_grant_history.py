"""How a grant came to be, from the versions of a city."""

from __future__ import annotations

import pytest

from creditbus.services.cli.grant_text import key_facts, key_line
from creditbus.topics.city.grant_history import GrantChange, Step, grant_history
from creditbus.topics.city.published import PublishedCity

_PATH = "subscribers/one.yaml"


def _city(version: int, grant: str | None) -> PublishedCity:
    files = {"city.yaml": "name: one"} if grant is None else {_PATH: f"id: one\ngrant: {grant}\n"}
    return PublishedCity(version, version * 1000, files)


_FIRST = "{items: [a, b], disclosure: public, valid_until: 2026-12-31, fields: {a: [X, Y]}}"


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (_FIRST.replace("[a, b]", "[b, c]"), [GrantChange("items", ["c"], ["a"])]),
        (_FIRST.replace("public", "shared"), [GrantChange("disclosure", "shared", "public")]),
        (_FIRST.replace("[X, Y]", "[X]"), [GrantChange("fields.a", [], ["Y"])]),
        (_FIRST.replace(", fields: {a: [X, Y]}", ""), [GrantChange("fields.a", None, ["X", "Y"])]),
        (_FIRST.replace("{a: [X, Y]}", "{a: [X, Y], b: [Z]}"), [GrantChange("fields.b", ["Z"], None)]),
        (
            _FIRST.replace("fields", "quota: {queries_per_day: 9}, fields"),
            [GrantChange("quota.queries_per_day", 9, None)],
        ),
        (_FIRST.replace("fields", "masks: {a: {X: [1, 0]}}, fields"), [GrantChange("masks.a.X", [1, 0], None)]),
        (_FIRST.replace("[a, b]", "[c, b, a]").replace("[X, Y]", "[Y, X]"), [GrantChange("items", ["c"], [])]),
    ],
)
def test_a_change_names_what_is_added_and_what_is_removed(after: str, changes: list[GrantChange]) -> None:
    first, second = grant_history([_city(1, _FIRST), _city(2, after)], "one")
    assert (first.step, second.step) == (Step.BEGINS, Step.CHANGES)
    assert (second.version, second.published_ms) == (2, 2000)
    assert list(second.changes) == changes


@pytest.mark.parametrize(
    ("before", "now"),
    [([2, 2], [2, 0]), ([3, 4], [4, 3]), ([2, 2], [2, 3]), ([0, 4], [4, 4]), ([0, 0], [0, 1]), ([1, 2], [2, 2])],
)
def test_a_mask_that_changes_is_named_whole_before_and_now(before: list[int], now: list[int]) -> None:
    first, second = (_FIRST.replace("fields", f"masks: {{a: {{X: {mask}}}}}, fields") for mask in (before, now))
    *_, step = grant_history([_city(1, first), _city(2, second)], "one")
    assert step.changes == (GrantChange("masks.a.X", now, before),)
    assert key_line(key_facts(step.changes[0])) == f"masks.a.X  -{before}  +{now}"


@pytest.mark.parametrize(
    "again",
    [
        _FIRST.replace("[a, b]", "[b, a]"),
        _FIRST.replace("[X, Y]", "[Y, X]"),
        _FIRST.replace("fields", "masks: {}, fields"),
        _FIRST.replace("fields", "masks: {a: {}}, fields"),
        "{fields: {a: [Y, X]}, valid_until: 2026-12-31, disclosure: public, items: [b, a]}",
    ],
)
def test_a_grant_that_is_written_in_another_way_has_not_changed(again: str) -> None:
    for versions in ([_FIRST, again], [again, _FIRST]):
        assert len(list(grant_history(map(_city, (1, 2), versions), "one"))) == 1


@pytest.mark.parametrize("key", ["subject_kinds", "districts", "items", "fields.a"])
def test_of_a_list_whose_order_changes_too_the_entries_alone_are_named(key: str) -> None:
    name, _, of_item = key.partition(".")

    def grant(values: str) -> str:
        return f"{{{name}: {f'{{{of_item}: {values}}}' if of_item else values}, disclosure: public}}"

    *_, step = grant_history([_city(1, grant("[A, B, C]")), _city(2, grant("[D, C, A]"))], "one")
    assert [key_line(key_facts(one)) for one in step.changes] == [f"{key}  -B  +D"]


def test_a_grant_begins_ends_and_begins_again_and_versions_of_others_say_nothing() -> None:
    versions = [_city(1, None), _city(2, _FIRST), _city(3, _FIRST), _city(4, None), _city(5, _FIRST)]
    steps = list(grant_history(versions, "one"))
    assert [(one.version, one.step) for one in steps] == [(2, Step.BEGINS), (4, Step.ENDS), (5, Step.BEGINS)]
    assert {change.key for change in steps[0].changes} == {"items", "disclosure", "valid_until", "fields.a"}
    assert not list(grant_history(versions, "other"))
