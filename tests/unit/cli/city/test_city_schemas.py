"""The JSON Schemas of a city's files and the readers of these files agree, key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pytest
import yaml

from creditbus.avro_schemas.catalogue_files import raw_catalogue
from creditbus.services.cli import main as cli
from creditbus.services.cli.city.schemas import SCHEMAS, city_schema
from creditbus.services.domain.catalogue import Catalogue, CatalogueError
from creditbus.services.domain.catalogue.entry_meanings import MEANINGS as OF_ENTRIES
from creditbus.services.domain.catalogue.reading import Reader
from creditbus.topics.calendar_years import read_calendar_years, read_year
from creditbus.topics.city.key_messages import MEANINGS
from creditbus.topics.city.key_schema import KINDS
from creditbus.topics.declarations import declarations
from creditbus.topics.document import DocumentError, read
from tests.json_schema import schema_faults

Keys = set[tuple[str, ...]]
_ANY = "*"
_YEAR = 2026
_TOPICS = files("creditbus.topics")
_FOLDERS = {"department": "departments", "subscriber": "subscribers", "working-days": "working_days"}


def _written(value: Any) -> Any:
    """Write dates as YAML has them: editors read no dates."""
    if isinstance(value, dict):
        return {str(key): _written(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_written(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _shipped(kind: str) -> Iterator[Traversable]:
    if kind == "city":
        yield _TOPICS / "city.yaml"
    else:
        yield from (file for file in (_TOPICS / _FOLDERS[kind]).iterdir() if file.name.endswith(".yaml"))


def _keys(schema: Mapping[str, Any], above: tuple[str, ...] = ()) -> Keys:
    """Give the keys of a schema; a key that a file chooses itself is `*`, and a list adds none."""
    found: Keys = set()
    for key, below in schema.get("properties", {}).items():
        found |= {(*above, key)} | _keys(below, (*above, key))
    others = schema.get("additionalProperties", False)
    if isinstance(others, dict):
        found |= {(*above, _ANY)} | _keys(others, (*above, _ANY))
    if "items" in schema:
        found |= _keys(schema["items"], above)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_product_ships_fits_the_schema_and_the_reader(kind: str) -> None:
    shipped = list(_shipped(kind))
    assert shipped
    for file in shipped:
        assert list(schema_faults(city_schema(kind, "zh"), _written(yaml.safe_load(file.read_text("utf-8"))))) == []
    assert declarations().departments
    assert read_calendar_years(_TOPICS / "working_days")


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_the_schema_is_read_and_no_other(kind: str, tmp_path: Path) -> None:
    file = next(one for one in _shipped(kind) if kind != "working-days" or one.name == f"{_YEAR}.yaml")
    value = yaml.safe_load(file.read_text("utf-8"))
    schema = city_schema(kind, "en")
    needed = set(schema["required"])
    assert needed <= set(value)
    for key in value:
        without = {other: one for other, one in value.items() if other != key}
        assert _refuses(kind, without, tmp_path) is (key in needed)
        assert bool(list(schema_faults(schema, _written(without)))) is (key in needed)
    more = {**value, "surplus": 1}
    assert _refuses(kind, more, tmp_path)
    assert list(schema_faults(schema, _written(more))) == ["surplus"]


def _refuses(kind: str, value: Mapping[str, Any], folder: Path) -> bool:
    file = folder / "x.yaml"
    file.write_text(yaml.safe_dump({**value, **({"id": "x"} if "id" in value else {})}, allow_unicode=True), "utf-8")
    try:
        section = read(file)
        read_year(_YEAR, section) if kind == "working-days" else KINDS[kind](section)
    except DocumentError:
        return True
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_has_its_meaning_and_no_other(kind: str) -> None:
    keys = {".".join((kind, *key)).replace(_ANY, "x") for key in _keys(city_schema(kind, "en"))}
    assert {name for name in MEANINGS if name.startswith(f"{kind}.")} == keys


def _read_keys(monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Give the keys that reading all shipped items asks for."""
    asked: Keys = set()
    value, has, keys = Reader._value, Reader.has, Reader.keys

    def path(reader: Reader, *further: str) -> tuple[str, ...]:
        return tuple(str(part) for part in (*reader.path, *further) if not isinstance(part, int))

    def noting(reader: Reader, key: str, *rest: Any, **named: Any) -> Any:
        if reader.file == "item.yaml":
            asked.add(path(reader, key))
        return value(reader, key, *rest, **named)

    def having(reader: Reader, key: str) -> bool:
        if reader.file == "item.yaml":
            asked.add(path(reader, key))
        return has(reader, key)

    chosen: set[tuple[str, ...]] = set()

    def naming(reader: Reader) -> Iterator[str]:
        chosen.add(path(reader))
        return keys(reader)

    monkeypatch.setattr(Reader, "_value", noting)
    monkeypatch.setattr(Reader, "has", having)
    monkeypatch.setattr(Reader, "keys", naming)
    Catalogue.parse(raw_catalogue())
    monkeypatch.undo()
    return {_starred(key, chosen) for key in asked} | {(*_starred(key, chosen), _ANY) for key in chosen if key}


def _starred(key: tuple[str, ...], chosen: set[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(_ANY if key[:place] in chosen else part for place, part in enumerate(key))


def test_the_schema_of_an_item_has_the_keys_that_are_read_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _keys(city_schema("item", "en")) == _read_keys(monkeypatch)
    assert set(OF_ENTRIES) == set(city_schema("item", "en")["properties"])


def test_the_products_items_fit_the_schema_and_none_without_a_needed_key_does() -> None:
    schema = city_schema("item", "en")
    for name, (content, entry) in raw_catalogue().items():
        assert list(schema_faults(schema, _written(entry))) == [], name
        for key in entry:
            without = {other: one for other, one in entry.items() if other != key}
            if key in schema["required"]:
                with pytest.raises(CatalogueError):
                    Catalogue.parse({name: (content, without)})
        with pytest.raises(CatalogueError, match="surplus"):
            Catalogue.parse({name: (content, {**entry, "surplus": 1})})
        assert list(schema_faults(schema, _written({**entry, "surplus": 1}))) == ["surplus"]


@pytest.mark.parametrize("closed", [{}, {"closed": False}, {"closed": True}], ids=str)
@pytest.mark.parametrize("named", [{}, {"entitled": ["court"]}, {"entitled_roles": ["list-keeper"]}], ids=str)
def test_schema_and_reader_agree_on_who_may_publish(closed: dict[str, Any], named: dict[str, Any]) -> None:
    content, whole = raw_catalogue()["red-black-list"]
    entry = {key: value for key, value in whole.items() if not key.startswith("entitled")} | closed | named
    fits = not list(schema_faults(city_schema("item", "en"), _written(entry)))
    assert fits is bool(named or closed.get("closed"))
    if not fits:
        with pytest.raises(CatalogueError, match="entitled"):
            Catalogue.parse({"red-black-list": (content, entry)})
        return
    (item,) = Catalogue.parse({"red-black-list": (content, entry)})
    assert bool(item.entitled or item.entitled_roles) is not closed.get("closed", False)


def test_an_overlay_may_have_any_key_of_an_item_or_take_it_away() -> None:
    schema = city_schema("overlay", "en")
    entry = raw_catalogue()["red-black-list"].entry
    for key in set(entry) - {"id"}:
        assert list(schema_faults(schema, _written({key: entry[key]}))) == []
        assert list(schema_faults(schema, {key: None})) == []
    assert list(schema_faults(schema, {"title": {"zh": "名单"}, "surplus": 1})) == ["surplus"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_city_has_the_schemas_that_its_files_name(
    language: str, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["city", "init", "city", "--yes", "--lang", language]) == 0
    assert cli.main(["item", "add", "tax-refund", "--city", "city", "--lang", language]) == 0
    city, named = workplace / "city", set()
    for file in city.rglob("*.yaml"):
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        schema = (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
        named.add(schema.stem)
        value = _written(yaml.safe_load(file.read_text(encoding="utf-8")))
        assert list(schema_faults(json.loads(schema.read_text(encoding="utf-8")), value)) == [], file
    assert named == {"city", "department", "subscriber", "item", "mapping"}
    assert {path.stem for path in (city / ".schemas").iterdir()} == set(SCHEMAS)
    for name in SCHEMAS:
        capsys.readouterr()
        assert cli.main(["city", "schema", name, "--lang", language]) == 0
        printed = json.loads(capsys.readouterr().out)
        assert printed == json.loads((city / ".schemas" / f"{name}.json").read_text(encoding="utf-8"))
    assert cli.main(["city", "schema", "citty"]) == 2
    assert "did you mean city?" in capsys.readouterr().err
