"""On a machine that has addresses alone a command works with what was published, or was last seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.services.cli import declared
from creditbus.services.cli.chosen_city import CITY_VARIABLE
from creditbus.topics.city import current_city, example_city, publishing, use_city
from creditbus.topics.city.published import PublishedCity, files_of
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import UnavailableError

_DEPARTMENT = "id: water-bureau\nname: {zh: 水务局, en: Water bureau}\nuscc: null\ncontact: 数据岗\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv(CITY_VARIABLE, raising=False)
    for name, value in (("BOOTSTRAP_SERVERS", "here:1"), ("REGISTRY_URL", "http://here:2"), ("HOME", str(tmp_path))):
        monkeypatch.setenv(f"CREDITBUS_{name}", value)
    yield tmp_path
    use_city(example_city())


def publish(monkeypatch: pytest.MonkeyPatch, city: PublishedCity | UnavailableError | None) -> None:
    def newest(*_: object) -> PublishedCity | None:
        if isinstance(city, UnavailableError):
            raise city
        return city

    monkeypatch.setattr(publishing, "newest_version", newest)


def other(version: int = 3) -> PublishedCity:
    return PublishedCity(version, 0, {**files_of(example_city()), "departments/water-bureau.yaml": _DEPARTMENT})


def test_what_is_published_is_taken_and_kept_for_when_the_bus_is_away(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, other())
    assert declared.connected().bootstrap_servers == "here:1"
    assert (current_city().version, "water-bureau" in declarations().departments) == (3, True)

    use_city(example_city())
    publish(monkeypatch, UnavailableError("kafka", "does not answer", ""))
    declared.recall_city(["connector", "preview"])
    declared.connected()
    assert "water-bureau" in declarations().departments

    use_city(example_city())
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "there:1")
    declared.recall_city(["connector", "preview"])
    assert current_city() is example_city(), "what one bus has published is nothing to another"
    assert home.is_dir()


@pytest.mark.usefixtures("home")
def test_a_bus_that_was_made_again_has_other_content_under_the_number_that_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(monkeypatch, other(1))
    declared.connected()
    use_city(example_city())
    declared.recall_city(["connector", "preview"])
    assert "water-bureau" in declarations().departments

    renamed = _DEPARTMENT.replace("water-bureau", "parks-bureau")
    files = {**files_of(example_city()), "departments/parks-bureau.yaml": renamed}
    publish(monkeypatch, PublishedCity(1, 0, files))
    declared.connected()
    assert {"water-bureau", "parks-bureau"} & set(declarations().departments) == {"parks-bureau"}


@pytest.mark.usefixtures("home")
def test_a_folder_that_was_chosen_stands_before_what_is_published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(monkeypatch, other())
    declared.connected()
    use_city(example_city())
    monkeypatch.setenv(CITY_VARIABLE, str(tmp_path))
    declared.recall_city(["connector", "preview"])
    declared.connected()
    assert current_city() is example_city()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("published", [None, PublishedCity(5, 0, files_of(example_city()))])
def test_a_bus_without_versions_or_with_the_example_leaves_the_example(
    monkeypatch: pytest.MonkeyPatch, published: PublishedCity | None
) -> None:
    publish(monkeypatch, published)
    declared.connected()
    assert current_city() is example_city()


@pytest.mark.usefixtures("home")
def test_a_bus_that_has_the_example_again_is_not_remembered_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, other())
    declared.connected()
    publish(monkeypatch, PublishedCity(6, 0, files_of(example_city())))
    declared.connected()
    assert current_city() is example_city()
    declared.recall_city(["connector", "preview"])
    assert current_city() is example_city()


def test_without_addresses_nothing_is_recalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    monkeypatch.delenv("CREDITBUS_BOOTSTRAP_SERVERS", raising=False)
    declared.recall_city(["connector", "preview"])
    assert current_city() is example_city()
