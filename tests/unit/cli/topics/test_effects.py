"""What `topics plan` says of the feeds, where it can count and where it cannot."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.bus import BusPlan
from creditbus.services.cli import main as cli
from creditbus.services.domain.feed.effects import Effect
from creditbus.services.query.effects import EffectCounts
from creditbus.topics.city import example_city
from creditbus.topics.city.adoptions import Adoption
from creditbus.topics.city.published import PublishedCity, changes_between, files_of
from creditbus.topics.plan import Plan
from tests.english import english_in

_WUCHANG = "subscribers/district-wuchang.yaml"
_XINDA = "subscribers/agency-xinda.yaml"
_LISTS = "catalogue/red-black-list/v1.avsc"


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REDIS_URL", "redis://127.0.0.1:1")


def _planned(monkeypatch: pytest.MonkeyPatch, *, published: bool = True, **changed: tuple[str, str] | None) -> None:
    """Let a plan change files of the example city; None: the file is gone."""
    before = files_of(example_city())
    after = dict(before)
    for name, change in changed.items():
        path = {"wuchang": _WUCHANG, "xinda": _XINDA, "lists": _LISTS}[name]
        if change is None:
            del after[path]
        else:
            assert change[0] in after[path]
            after[path] = after[path].replace(*change)
    was, will = PublishedCity(3, 3000, before), PublishedCity(4, 4000, after)
    plan = BusPlan(Plan(1, (), (), (), (), ()), 3, changes_between(before, after), was if published else None, will)
    monkeypatch.setattr("creditbus.deploy.bus.plan_bus", lambda _: plan)


def _counting(
    monkeypatch: pytest.MonkeyPatch, counts: dict[tuple[str, str], dict[Effect, int]], lanes: tuple[int, ...] = (3, 3)
) -> list[Any]:
    """Let the counting give these counts; `lanes` are the versions by which lanes work."""
    taken = [Adoption("fanout", lane, version, {}) for lane, version in enumerate(lanes)]
    monkeypatch.setattr("creditbus.topics.city.publishing.adoptions", lambda _: taken)
    asked: list[Any] = []

    async def count(_: object, changes: list[Any], items: object, on: object, report: Any) -> EffectCounts:
        assert items
        asked.append((len(changes), str(on)))
        empty = {(one.subscriber, one.item): Counter[Effect]() for one in changes}
        found = EffectCounts(20, 20, 300, 1, empty | {place: Counter(one) for place, one in counts.items()})
        report(found)
        return found

    monkeypatch.setattr("creditbus.services.query.effects.count_on_bus", count)
    return asked


def _said(capsys: pytest.CaptureFixture[str], *options: str, code: int = 1) -> str:
    capsys.readouterr()
    assert cli.main(["topics", "plan", *options]) == code
    return capsys.readouterr().out


_NARROWED = ('districts: ["420106"]', 'districts: ["420103"]')
_MASKED = ("disclosure: public", "disclosure: public\n  masks: {administrative-penalty: {CF_XDR_MC: [1, 0]}}")


def test_numbers_of_each_item_are_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _planned(monkeypatch, wuchang=_NARROWED, xinda=_MASKED)
    asked = _counting(
        monkeypatch,
        {
            ("district-wuchang", "administrative-penalty"): {Effect.TAKEN: 1200, Effect.GIVEN: 34},
            ("agency-xinda", "administrative-penalty"): {Effect.ALTERED: 56},
        },
    )
    lines = _said(capsys, "--on", "2026-09-01").splitlines()
    assert asked[0][1] == "2026-09-01"
    assert "agency-xinda: the grant changes" in lines
    assert "  masks.administrative-penalty.CF_XDR_MC  +[1, 0]" in lines
    assert "  administrative-penalty  ~CF_XDR_MC" in lines
    assert "  districts  -420106  +420103" in lines
    rows = [line.split() for line in lines if line.split()[:1] == ["administrative-penalty"]]
    assert [row[1:] for row in rows if len(row) == 4] == [["0", "0", "56"], ["1,200", "34", "0"]]
    assert "  and 34 other items, of which no record is concerned" in lines
    assert "counted by the grants of 2026-09-01, over 300 records of 20 subjects" in lines
    assert any("still being brought to an earlier version in 1 lane:" in line for line in lines)

    facts = json.loads(_said(capsys, "--json", "--on", "2026-09-01"))["effects"]
    wuchang = facts["feeds"][1]
    assert (wuchang["subscriber"], wuchang["step"]) == ("district-wuchang", "changes")
    assert wuchang["grant"] == [{"key": "districts", "added": ["420103"], "removed": ["420106"]}]
    (penalty,) = (one for one in wuchang["items"] if one["item"] == "administrative-penalty")
    assert {effect.value: penalty[effect.value] for effect in Effect} == {
        "taken": 1200,
        "given": 34,
        "altered": 0,
        "left": 0,
    }
    assert facts["counted"]["records"] == 300


def test_lanes_that_do_not_work_by_the_published_version_yet_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _planned(monkeypatch, xinda=_MASKED)
    _counting(monkeypatch, {}, lanes=(3, 2, 3, 1))
    assert "an earlier version is still at work in 2 lanes" in _said(capsys)
    _counting(monkeypatch, {})
    assert "is still at work" not in _said(capsys)


def test_whoever_is_removed_or_begins_later_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _planned(monkeypatch, wuchang=None, xinda=("valid_until", "valid_from: 2027-01-01\n  valid_until"))
    names = ("red-black-list", 7), ("judgment-defaulter", 2)
    _counting(monkeypatch, {("district-wuchang", name): {Effect.LEFT: count} for name, count in names})
    said = _said(capsys, "--on", "2026-09-01")
    assert "district-wuchang: no subscriber any more" in said
    assert "the grant begins on 2027-01-01" in said
    rows = [line.split() for line in said.splitlines() if line.split()[-1:] in (["7"], ["2"], ["9"])]
    assert rows == [["judgment-defaulter", "2"], ["red-black-list", "7"], ["all", "9"]]
    assert "9 items, of which no record is concerned" in said


def test_whoever_sees_an_item_whose_fields_get_other_classes_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _planned(monkeypatch, lists=('"disclosure": "public"', '"disclosure": "authorised"'))
    _counting(monkeypatch, {("agency-xinda", "red-black-list"): {Effect.ALTERED: 5}})
    feeds = json.loads(_said(capsys, "--json"))["effects"]["feeds"]
    assert [(feed["subscriber"], feed["step"], feed["grant"]) for feed in feeds] == [
        (name, None, []) for name in ("agency-xinda", "department-housing", "district-wuchang")
    ]
    assert feeds[0]["items"][0]["fields"]["disappear"]
    assert "agency-xinda: the grant stays, the catalogue changes what it shows" in _said(capsys).splitlines()


def test_fields_are_named_where_an_item_is_shown_before_and_after(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _planned(monkeypatch, xinda=("  items:", "  fields: {red-black-list: [MDMC]}\n  items:\n    - wage-arrears-list"))
    _counting(monkeypatch, {})
    (feed,) = json.loads(_said(capsys, "--json"))["effects"]["feeds"]
    narrowed, new = feed["items"]
    assert (narrowed["item"], new["item"]) == ("red-black-list", "wage-arrears-list")
    assert narrowed["fields"]["disappear"]
    assert "MDMC" not in narrowed["fields"]["disappear"]
    assert new["fields"] == {"appear": [], "disappear": [], "otherwise": []}


def test_without_counting_items_alone_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _planned(monkeypatch, xinda=_MASKED)
    monkeypatch.setattr("creditbus.services.query.effects.count_on_bus", lambda *_: pytest.fail("it counts"))
    said = _said(capsys, "--no-count")
    assert "  administrative-penalty\n" in said
    assert "counted" not in said
    facts = json.loads(_said(capsys, "--no-count", "--json"))["effects"]
    assert facts["counted"] is None
    assert facts["feeds"][0]["items"][0]["taken"] is None


def test_what_cannot_be_counted_is_one_line_and_the_plan_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _planned(monkeypatch, xinda=_MASKED)
    said = _said(capsys).splitlines()
    assert said[-1].startswith("records are not counted: kafka: ")
    assert "~ subscribers/agency-xinda.yaml" in said
    monkeypatch.delenv("CREDITBUS_REDIS_URL")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    assert _said(capsys).splitlines()[-1].startswith("records are not counted: CREDITBUS_REDIS_URL: ")
    _planned(monkeypatch, published=False, xinda=_MASKED)
    assert _said(capsys).splitlines()[-1] == "nothing has been published yet: there are no feeds to compare with"
    facts = json.loads(_said(capsys, "--json"))["effects"]
    assert facts["not_counted"].startswith("nothing has been published yet")


def test_a_change_that_no_feed_shows_is_not_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _planned(monkeypatch, xinda=("consent: false", "consent: false\n  quota: {queries_per_day: 500}"))
    monkeypatch.setattr("creditbus.services.query.effects.count_on_bus", lambda *_: pytest.fail("it counts"))
    said = _said(capsys)
    assert "  quota.queries_per_day  +500" in said
    _planned(monkeypatch)
    assert json.loads(_said(capsys, "--json", code=0))["effects"]["feeds"] == []


def test_it_speaks_chinese(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _planned(monkeypatch, wuchang=None, xinda=_MASKED)
    _counting(monkeypatch, {})
    said = _said(capsys, "--lang", "zh")
    assert "撤回" in said
    assert english_in(said) == []
