from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.chosen_city import CITY_VARIABLE
from creditbus.services.cli.language import choose
from creditbus.topics.city import example_city, use_city


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder of commands; the example city and the language are put back at the end."""
    monkeypatch.setenv(CITY_VARIABLE, "")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    use_city(example_city())
    choose(None)


@pytest.fixture
def city(workplace: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A freshly written folder of a city with an item and a mapping of its own, and an overlay."""
    assert cli.main(["city", "init", "city", "--yes"]) == 0
    assert cli.main(["item", "add", "tax-refund", "--city", "city"]) == 0
    (workplace / "city" / "catalogue" / "abnormal-operation.yaml").write_text("due_working_days: 5\n", encoding="utf-8")
    capsys.readouterr()
    return workplace / "city"
