"""The catalogue of messages: both languages are there, with the same values, and every use gives these values."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from creditbus.services.cli.commands import command_tree
from creditbus.services.cli.help import key_of, text_of
from creditbus.services.cli.language import choose, listed, spoken
from creditbus.services.cli.messages.help import HELP
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Message, Text, placeholders

_ROOT = Path(__file__).parents[3]
_FOLDERS = ("connectors", "deploy", "services", "topics")
_CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_IMPORT = "from creditbus.topics.text import Message\n"
_WORD = re.compile(r"[A-Za-z]{2,}")


@cache
def _modules() -> dict[str, Path]:
    """The modules that hold messages, by their import paths."""
    found = [path for folder in _FOLDERS for path in (_ROOT / folder).rglob("*.py") if "messages" in path.as_posix()]
    named = [path for path in found if _IMPORT in path.read_text(encoding="utf-8")]
    return {"creditbus." + ".".join(path.relative_to(_ROOT).with_suffix("").parts): path for path in named}


def _declared(module: str) -> Iterator[tuple[str, Message]]:
    for name, value in vars(importlib.import_module(module)).items():
        if isinstance(value, Message):
            yield name, value
        elif isinstance(value, Mapping) and not name.startswith("_"):
            yield from ((f"{name}[{key!r}]", one) for key, one in value.items() if isinstance(one, Message))


_MESSAGES = [(f"{module}.{name}", message) for module in sorted(_modules()) for name, message in _declared(module)]


def test_there_are_messages_in_every_module_of_messages() -> None:
    assert len(_MESSAGES) > 400
    empty = [name for name, path in _modules().items() if path.stem != "__init__" and not list(_declared(name))]
    assert empty == []


def test_every_message_is_there_in_both_languages() -> None:
    assert [name for name, one in _MESSAGES if not one.zh.strip("\n") or not one.en.strip("\n")] == []
    plain = [name for name, one in _MESSAGES if _WORD.search(_text(one.en)) and not _CHINESE.search(one.zh)]
    assert [name for name in plain if name not in _SAME] == [], "these have no Chinese character"
    assert [name for name, one in _MESSAGES if _CHINESE.search(one.en)] == [], "these have Chinese in their English"


_SAME: set[str] = set()
"""Messages that are the same in both languages."""


def _text(template: str) -> str:
    return re.sub(r"\{[^}]*\}|`[^`]*`", "", template)


def test_the_chinese_of_a_message_takes_no_value_that_the_english_does_not_take() -> None:
    other = [name for name, one in _MESSAGES if set(placeholders(one.zh)) - set(placeholders(one.en))]
    assert other == []


def _uses(path: Path) -> Iterator[tuple[int, str, str, set[str] | None]]:
    """Yield line, module, name and keywords of every use of a message in a file; None where they cannot be seen."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("creditbus."):
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                if module in _modules():
                    names[alias.asname or alias.name] = module
    called: dict[ast.AST, ast.Call] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called[node.func] = node
            if isinstance(node.func, ast.Name) and node.func.id == "spoken" and len(node.args) == 1:
                called[node.args[0]] = node
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            call = called.get(node)
            given = None if call is None else {str(keyword.arg) for keyword in call.keywords}
            hidden = call is not None and any(keyword.arg is None for keyword in call.keywords)
            yield node.lineno, names[node.value.id], node.attr, None if hidden else given


def _all_uses() -> list[tuple[str, str, set[str] | None]]:
    return [
        (f"{path.relative_to(_ROOT)}:{line}", f"{module}.{name}", given)
        for folder in _FOLDERS
        for path in sorted((_ROOT / folder).rglob("*.py"))
        for line, module, name, given in _uses(path)
    ]


def test_every_use_of_a_message_gives_the_values_that_it_takes() -> None:
    known = dict(_MESSAGES)
    wrong = [
        f"{place}: {name} takes {sorted(placeholders(known[name].en))}, is given {sorted(given)}"
        for place, name, given in _all_uses()
        if name in known and given is not None and given != set(placeholders(known[name].en))
    ]
    assert wrong == []


def test_no_message_is_left_over() -> None:
    used = {name for _, name, _ in _all_uses()}
    assert [name for name, _ in _MESSAGES if name not in used and "[" not in name] == []


def _parameters(command: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and key of every command and of every parameter that help shows."""
    yield path, ""
    yield from ((path, key_of(parameter)) for parameter in command.params if not getattr(parameter, "hidden", False))
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _parameters(below, f"{path} {name}".strip())


def test_help_has_a_text_in_both_languages_for_every_command_argument_and_option_and_no_other() -> None:
    shown = list(_parameters(typer.main.get_command(command_tree())))
    missing = [f"{path} {key}".strip() for path, key in shown if text_of(path, key) is None]
    assert missing == [], "give them a text in services/cli/messages/help.py"
    known = {f"{path} {key}".strip() for path, key in shown} | {key for _, key in shown if key} | {"--help"}
    assert sorted(HELP.keys() - known) == []


@pytest.mark.parametrize(("count", "written"), [(0, "0 rows"), (1, "1 row"), (2000, "2,000 rows")])
def test_a_message_counts_things_in_english(count: int, written: str) -> None:
    text = Message("{count:,} 行", "{count:row}")(count=count)
    assert (str(text), text.zh) == (written, f"{count:,} 行")


def test_a_message_within_a_message_is_in_the_same_language() -> None:
    inner = Message("没有 {name}", "there is no {name}")(name="x")
    outer = Message("拒绝：{problem}", "refused: {problem}")(problem=inner)
    assert (str(outer), outer.zh) == ("refused: there is no x", "拒绝：没有 x")


def test_an_error_is_english_in_logs_and_is_shown_in_the_language_of_its_reader() -> None:
    error = ConfigurationError("--stage", Text("is wrong", "有误"), Text("mend it", "请改正"))
    assert str(error) == error.text() == "--stage: is wrong; mend it"
    assert error.text().zh == "--stage：有误；请改正"


def test_lists_are_joined_as_their_language_does() -> None:
    choose("zh")
    try:
        assert listed(["a", "b"]) == "a、b"
        assert listed(["a", Text("wrong", "有误")], clauses=True) == "a；有误"
        assert spoken("as it is") == "as it is"
    finally:
        choose(None)
    assert listed(["a", "b"]) == "a, b"
