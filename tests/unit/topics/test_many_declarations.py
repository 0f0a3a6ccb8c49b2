"""As large as a city may be: each file is read once, by the fast parser where there is one."""

from __future__ import annotations

import shutil
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
import yaml

from creditbus.avro_schemas import catalogue_files
from creditbus.avro_schemas.catalogue_files import item_folders, raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.entitlement import publishers
from creditbus.topics.city import current_city, read_city, use_city
from creditbus.topics.declarations import declarations

_DEPARTMENTS = 200
_ITEMS = 100


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """The folder of a city with 200 departments and 100 items, most of them made up."""
    with as_file(files("creditbus.topics")) as packaged:
        for name in ("departments", "subscribers"):
            shutil.copytree(packaged / name, tmp_path / name)
        shutil.copy(packaged / "city.yaml", tmp_path)
    departments = tmp_path / "departments"
    for number in range(len(list(departments.iterdir())), _DEPARTMENTS):
        text = (
            f"id: office-{number}\nname: {{zh: 示例局{number}, en: Office {number}}}\nuscc: null\ncontact: 示例岗\n"
            "roles: {enforcement: [all], approval: [administrative-licence]}\nspeaks_for: [11990100AF00000407]\n"
        )
        (departments / f"office-{number}.yaml").write_text(text, encoding="utf-8")
    shipped = item_folders(files("creditbus.avro_schemas"))
    (penalty,) = (folder for folder in shipped if folder.name == "administrative-penalty")
    for number in range(len(shipped), _ITEMS):
        own = tmp_path / "catalogue" / f"penalty-{number}"
        own.mkdir(parents=True)
        entry = (
            penalty.joinpath("item.yaml").read_text("utf-8").replace("id: administrative-penalty", f"id: {own.name}")
        )
        (own / "item.yaml").write_text(entry, encoding="utf-8")
        (own / "v1.avsc").write_text(penalty.joinpath("v1.avsc").read_text("utf-8"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many texts each of the two readers parsed, and with which loader."""
    # those of the package may have been parsed for a test before
    catalogue_files._parse_item.cache_clear()
    counts: Counter[str] = Counter()
    compose, load = yaml.compose, yaml.load

    def composed(text: str, Loader: Any) -> Any:  # noqa: N803 -- the name that PyYAML gave it
        counts[f"declared {Loader.__name__}"] += 1
        return compose(text, Loader)

    def loaded(text: str, Loader: Any) -> Any:  # noqa: N803 -- as above
        counts[f"items {Loader.__name__}"] += 1
        return load(text, Loader)

    monkeypatch.setattr(yaml, "compose", composed)
    monkeypatch.setattr(yaml, "load", loaded)
    return counts


@pytest.fixture
def chosen(large: Path) -> Any:
    """The large city, chosen for this process."""
    before = current_city()
    use_city(read_city(large))
    yield large
    use_city(before)


@pytest.mark.usefixtures("chosen")
def test_two_hundred_departments_and_a_hundred_items_are_read_once_each(parsed: Counter[str]) -> None:
    loader = "CSafeLoader" if yaml.__with_libyaml__ else "SafeLoader"
    declared, catalogue = declarations(), Catalogue.parse(raw_catalogue())
    assert declarations() is declared
    assert raw_catalogue() is raw_catalogue()
    assert (len(declared.departments), len(catalogue.items)) == (_DEPARTMENTS, _ITEMS)
    files_declared = len(declared.departments) + len(declared.subscribers) + len(("city.yaml", "topics.yaml"))
    assert parsed == {f"declared {loader}": files_declared, f"items {loader}": _ITEMS}
    entitled = publishers(catalogue.items["administrative-penalty"], declared.departments.values())
    assert len(entitled) > _DEPARTMENTS / 2
    assert entitled["office-199"] == frozenset({"11990100AF00000407"})


def test_another_city_is_read_anew(chosen: Path) -> None:
    assert "office-199" in declarations().departments
    (chosen / "departments" / "office-199.yaml").unlink()
    assert "office-199" in declarations().departments  # as it was when it was chosen
    use_city(read_city(chosen))
    assert "office-199" not in declarations().departments
