"""What the pages tell a reader to type exists, and does what they say where no server is needed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.commands import command_tree
from creditbus.services.cli.console import OUTPUT
from creditbus.services.cli.language import choose
from creditbus.services.cli.main import main
from tests.documentation import DOCS

_READMES = {"en": DOCS.parent / "README.md", "zh": DOCS.parent / "README.zh-CN.md"}
_FILE = re.compile(r"^cat > (\S+) <<'END'\n(.*?)^END$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(creditbus [^`]+)`")
_WIDTH = 116  # of the terminal that the page shows
_TARGET = re.compile(r"^(?:`|)make ([a-z]+)", re.MULTILINE)


def _commands(readme: Path) -> set[str]:
    text = readme.read_text(encoding="utf-8")
    lines = [line for block in _BLOCK.findall(text) for line in _FILE.sub("", block).splitlines()]
    typed = {part.strip() for line in lines for part in line.split("&&")}
    return {line for line in {*typed, *_INLINE.findall(text)} if line.startswith("creditbus ")}


@pytest.mark.parametrize("line", sorted(set.union(*map(_commands, _READMES.values()))))
def test_a_command_of_the_readme_exists_with_its_options(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: Any = typer.main.get_command(command_tree())
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    alone = not getattr(command, "commands", {}) or command.invoke_without_command
    assert alone, f"{line}: no such command"
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("language", _READMES)
def test_make_targets_of_the_readme_exist(language: str) -> None:
    makefile = (DOCS.parent / "Makefile").read_text(encoding="utf-8")
    targets = _TARGET.findall(_READMES[language].read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if f"\n{target}:" not in makefile] == []
    listed = re.findall(r"^([a-z-]+):.*?## ", makefile, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert sorted(listed) == sorted(phony[1].split()), "`make help` lists them all"


def test_every_command_that_has_facts_prints_them_for_a_machine() -> None:
    silent = set()

    def look(command: Any, path: str) -> None:
        below = getattr(command, "commands", {})
        for name, one in below.items():
            look(one, f"{path} {name}".strip())
        alone = not below or command.invoke_without_command
        if alone and not any("--json" in parameter.opts for parameter in command.params):
            silent.add(path)

    look(typer.main.get_command(command_tree()), "")
    assert silent == {"city schema", "demo", "down", "worker"}  # a schema is JSON itself


@pytest.fixture(params=_READMES)
def readme(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The page in one of its languages; commands speak it."""
    choose(request.param)
    yield _READMES[request.param]
    choose(None)


@pytest.fixture
def files(readme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that a reader of the README makes, by hand and by `connector init`."""
    for name, content in _FILE.findall(readme.read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for line in sorted(_commands(readme)):
        if line.startswith("creditbus connector init --"):
            assert main(shlex.split(line, comments=True)[1:]) == 0
    return tmp_path


def test_the_connector_of_the_readme_is_what_init_writes(readme: Path, files: Path) -> None:
    shown = re.search(r"```yaml\n# (\S+)\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    assert yaml.safe_load((files / shown[1]).read_text(encoding="utf-8")) == yaml.safe_load(shown[2])


@pytest.mark.usefixtures("files")
def test_the_preview_of_the_readme_is_what_a_reader_sees(
    readme: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = re.search(r"^```\n(lists[:：].*?)^```", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    monkeypatch.setattr(OUTPUT, "width", _WIDTH)
    monkeypatch.setenv("COLUMNS", str(_WIDTH))
    capsys.readouterr()
    language = next(name for name, page in _READMES.items() if page == readme)
    assert main(["connector", "preview", "lists", "--lang", language]) == 0
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == shown[1].splitlines()


def test_the_registrations_of_the_readme_are_accepted(files: Path) -> None:
    seen = preview(load_connector(files / "connectors.d" / "registration.yaml"), date(2026, 1, 1))
    assert (seen.publishable, seen.refused) == (2, 0)
