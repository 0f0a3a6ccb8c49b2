"""How a grant came to be, from the versions of a city."""

from __future__ import annotations

import pytest

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
    ],
)
def test_a_change_names_what_is_added_and_what_is_removed(after: str, changes: list[GrantChange]) -> None:
    first, second = grant_history([_city(1, _FIRST), _city(2, after)], "one")
    assert (first.step, second.step) == (Step.BEGINS, Step.CHANGES)
    assert (second.version, second.published_ms) == (2, 2000)
    assert list(second.changes) == changes


def test_a_grant_begins_ends_and_begins_again_and_versions_of_others_say_nothing() -> None:
    versions = [_city(1, None), _city(2, _FIRST), _city(3, _FIRST), _city(4, None), _city(5, _FIRST)]
    steps = list(grant_history(versions, "one"))
    assert [(one.version, one.step) for one in steps] == [(2, Step.BEGINS), (4, Step.ENDS), (5, Step.BEGINS)]
    assert {change.key for change in steps[0].changes} == {"items", "disclosure", "valid_until", "fields.a"}
    assert not list(grant_history(versions, "other"))
