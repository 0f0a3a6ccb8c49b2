"""`creditbus grants show`: what a grant says and what it shows, without a bus that answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from creditbus.services.cli import main as cli
from creditbus.topics.city import example_city, read_city, use_city
from tests.english import english_in
from tests.harness.city_folder import CityFolder


@pytest.fixture(autouse=True)
def _city(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    folder = CityFolder(tmp_path / "city")
    folder.grant(
        "agency-xinda",
        valid_from="2026-01-01",
        masks={"administrative-penalty": {"CF_XDR_MC": [1, 0]}},
        fields={"administrative-penalty": ["CF_WSH", "CF_XDR_MC"]},
        quota={"queries_per_day": 500, "feed_bytes_per_second": 1048576},
        consent=True,
    )
    folder.grant("department-housing", consent=True)
    text = (folder.path / "subscribers" / "agency-xinda.yaml").read_text(encoding="utf-8")
    (folder.path / "subscribers" / "agency-xinda.yaml").write_text(text.replace("'2026-01-01'", "2026-01-01"), "utf-8")
    monkeypatch.setattr("creditbus.services.cli.declared.chosen_folder", lambda: folder.path)
    use_city(read_city(folder.path))
    yield
    use_city(example_city())


def _shown(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert cli.main(["grants", "show", *options]) == 0
    return capsys.readouterr().out


def test_a_grant_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    facts = json.loads(_shown(capsys, "agency-xinda", "--json"))
    assert facts["quota"] == {"queries_per_day": 500, "feed_bytes_per_second": 1048576}
    assert facts["districts"] is None
    assert (facts["valid_from"], facts["valid_until"]) == ("2026-01-01", "2027-12-31")
    items = {one["item"]: one for one in facts["items"]}
    assert items["administrative-penalty"]["fields"] == ["CF_XDR_MC", "CF_WSH"]
    assert items["administrative-penalty"]["masked"] == {"CF_XDR_MC": [1, 0]}
    assert items["tax-credit-grade"]["withheld_for"] == "XYDJ"
    assert items["tax-credit-grade"]["some_values"] == ["XYDJ"]
    lines = _shown(capsys, "agency-xinda").splitlines()
    assert "  quota of questions  500 questions a day (declared, not enforced yet; it never bounds the feed)" in lines
    bound = "1,048,576 bytes a second of each broker at most; reading is slowed down, and no record is left out"
    assert f"  rate of reading  {bound}" in lines
    assert "  valid  2026-01-01 to 2027-12-31" in lines
    assert "    shown in part: CF_XDR_MC" in lines
    assert any(line.startswith("  administrative-penalty  2 of ") for line in lines)


def test_a_grant_without_bounds_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    facts = json.loads(_shown(capsys, "district-wuchang", "--json"))
    assert (facts["quota"], facts["valid_from"], facts["districts"]) == (None, None, ["420106"])
    assert "  quota of questions  none" in _shown(capsys, "district-wuchang").splitlines()
    assert cli.main(["grants", "show", "nobody"]) == 2


def test_a_grant_that_needs_consents_says_how_they_name_its_institution(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(_shown(capsys, "agency-xinda", "--json"))["uscc"] == "11990100AF0000155D"
    said = {name: _shown(capsys, name) for name in ("agency-xinda", "department-housing", "district-wuchang")}
    lines = {name: next(one for one in text.splitlines() if one.startswith("  consent")) for name, text in said.items()}
    assert lines["agency-xinda"].endswith("to 11990100AF0000155D is needed")
    assert "no `uscc`" in lines["department-housing"]
    assert lines["district-wuchang"].endswith("not needed")


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    said = _shown(capsys, "agency-xinda", "--lang", "zh")
    assert "每天 500 次查询" in said
    assert english_in(said.partition("\n")[2]) == []
