"""A word of the top level alone brings what the whole tree has for it, and little else."""

from __future__ import annotations

from typing import Any

import typer

from creditbus.services.cli.commands import command_tree, known_word


def _commands(word: str = "") -> dict[str, Any]:
    found: Any = typer.main.get_command(command_tree(word))
    return dict(found.commands)


def _below(command: Any) -> list[str]:
    return list(getattr(command, "commands", {}))


def test_each_word_alone_is_what_it_is_in_the_whole_tree() -> None:
    whole = _commands()
    assert len(whole) > 15
    for word, command in whole.items():
        assert known_word(word) == word
        assert _below(_commands(word)[word]) == _below(command)


def test_a_word_alone_brings_few_others() -> None:
    assert list(_commands("feed")) == ["feed"]
    assert list(_commands("up")) == ["up", "down", "status"]
