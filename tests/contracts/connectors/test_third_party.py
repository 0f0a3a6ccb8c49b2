"""A kind of a third party's own, in a package of its own: found by its entry point, and held to the contract."""

from __future__ import annotations

import importlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creditbus.connectors.conformance import CASES, KIND_CASES
from creditbus.connectors.contract import Kind, Source
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.kinds import ENTRY_POINT_GROUP, kind_named, kinds

_CODE = '''
"""Rows of fixed width, as an old machine prints them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from creditbus.connectors.contract import Column, Defect, DefectReason, Finding, Row, Table


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: Path = Field(description="The file.")


class Source:
    def __init__(self, settings):
        self._path = settings.path

    def check(self):
        return [Finding("file", ok=self._path.exists(), message=str(self._path))]

    def discover(self):
        return [Table(self._path.name, (Column("number"), Column("name")))]

    def version(self):
        return self._path.read_text(encoding="utf-8")

    def size(self):
        return None

    def read(self, position):
        lines = self._path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if number > (position or 0):
                if len(line) < 6:
                    reason = DefectReason.UNPARSABLE
                    yield Defect(reason, "too short", line.encode(), self._path.name, "", number, number)
                else:
                    cells = {"number": line[:4], "name": line[4:]}
                    yield Row(cells, self._path.name, "", number, number)


class Kind:
    name = "fixed-width"
    title = {"zh": "示例定宽", "en": "example of fixed width"}
    settings = Settings

    def open(self, settings):
        return Source(settings)


KIND = Kind()
'''


def _install(folder: Path, package: str, kind_name: str) -> None:
    """Install a package as pip does with a wheel: its files and its metadata, unpacked next to each other."""
    code = _CODE.replace('"fixed-width"', f'"{kind_name}"')
    info = f"{package}-1.0.dist-info"
    wheel = folder / f"{package}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{package}/__init__.py", code)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", f"[{ENTRY_POINT_GROUP}]\n{kind_name} = {package}:KIND\n")
        archive.writestr(f"{info}/RECORD", "")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    installed: list[str] = []

    def install(package: str, kind_name: str) -> None:
        _install(folder, package, kind_name)
        importlib.invalidate_caches()
        installed.append(package)

    yield install
    for package in installed:
        sys.modules.pop(package, None)


@pytest.fixture
def source(install: Callable[[str, str], None], tmp_path: Path) -> Source:
    install("example_fixed_width", "fixed-width")
    lines = [f"{number:04}示例企业{number}" if number % 9 else "短" for number in range(1, 31)]
    (tmp_path / "rows.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    kind = kind_named("fixed-width")
    return kind.open(kind.settings.model_validate({"path": tmp_path / "rows.txt"}))


def test_it_is_known_beside_ours_and_a_connector_can_name_it(
    install: Callable[[str, str], None], write_rows: Callable[[str], Path]
) -> None:
    file = write_rows("fixed-width")
    with pytest.raises(ConfigurationError, match="there is no kind 'fixed-width'; known are csv, files, folder, http,"):
        load_connector(file)
    install("example_fixed_width", "fixed-width")
    assert {"fixed-width", "csv", "sql", "http"} <= set(kinds())
    assert load_connector(file).kind.name == "fixed-width"


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[[str], Path]:
    def write(kind: str) -> Path:
        configuration = {
            "id": "lists",
            "department": "credit-office",
            "item": "red-black-list",
            "kind": kind,
            "settings": {"path": "rows.txt"},
            "mapping": "red-black-lists",
        }
        file = tmp_path / "lists.yaml"
        file.write_text(json.dumps(configuration), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_its_source_keeps_the_contract(case: Callable[[Source], None], source: Source) -> None:
    case(source)


@pytest.mark.parametrize("case", KIND_CASES, ids=lambda case: case.__name__)
def test_its_kind_keeps_the_contract(case: Callable[[Kind], None], install: Callable[[str, str], None]) -> None:
    install("example_fixed_width", "fixed-width")
    case(kind_named("fixed-width"))


def test_a_name_of_ours_cannot_be_taken(install: Callable[[str, str], None]) -> None:
    install("example_other_sql", "sql")
    with pytest.raises(ConfigurationError, match="kind 'sql' is already taken"):
        kinds()
