"""The lock files install the same, wherever they are read."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

_PINNED = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>\S+) \\\n(?P<hashes>(?: +--hash=\S+(?: \\)?\n)+)", re.MULTILINE
)
_FILES = ("runtime.txt", "dev.txt")
_OF_ONE_FILE = {"pyftpdlib"}
"""There is one file of it, an archive of source, for every platform."""


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        text = line.split("#", 1)[0].strip()
        if text:
            yield text


def _pins(path: Path) -> dict[str, str]:
    return {match["name"]: match["version"] for match in _PINNED.finditer(path.read_text("utf-8"))}


@pytest.mark.parametrize("name", _FILES)
def test_it_names_no_place_to_fetch_from(root: Path, name: str) -> None:
    text = "\n".join(_lines(root / "requirements" / name))
    assert not re.search(r"://|file:|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", text)


@pytest.mark.parametrize("name", _FILES)
def test_every_line_is_a_pin_with_hashes(root: Path, name: str) -> None:
    path = root / "requirements" / name
    assert {line.split("==")[0] for line in _lines(path) if not line.startswith("--hash=")} == set(_pins(path))


@pytest.mark.parametrize("name", _FILES)
def test_no_pin_is_of_one_file_only(root: Path, name: str) -> None:
    """A wheel and a source archive at least: one hash alone may be the file of one platform."""
    text = (root / "requirements" / name).read_text("utf-8")
    lone = [match["name"] for match in _PINNED.finditer(text) if match["hashes"].count("sha256:") < 2]
    assert set(lone) <= _OF_ONE_FILE


def test_the_lock_satisfies_the_project(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "runtime.txt": project["dependencies"] + extras["embedded"],
        "dev.txt": project["dependencies"] + [line for lines in extras.values() for line in lines],
    }
    for name, lines in wanted.items():
        pins = _pins(root / "requirements" / name)
        for requirement in map(Requirement, lines):
            pin = pins.get(requirement.name.lower().replace("_", "-"))
            assert pin is not None, f"{requirement.name} is not in {name}: make lock"
            assert requirement.specifier.contains(pin), f"{name} has {requirement.name} {pin}: make lock"


def test_both_locks_agree(root: Path) -> None:
    runtime, dev = (_pins(root / "requirements" / name) for name in _FILES)
    assert runtime.items() <= dev.items()
