"""The tree of commands. A command line needs one word of it: only what that word stands for is loaded and built."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, Final

import typer

from creditbus.services.cli.chosen_city import CITY_OPTION

__all__ = ["command_tree", "known_word"]

_HERE: Final = __name__.rpartition(".")[0]

#: Modules that add commands to the top level, and the words of these.
_ADDING: Final[Mapping[str, tuple[str, ...]]] = {
    "servers.app": ("up", "down", "status"),
    "worker": ("worker",),
    "ledger.app": ("ledger",),
    "ledger.waiting": ("waiting",),
    "trace.command": ("trace",),
    "demo": ("demo",),
    "city.app": ("init", "city", "department", "subscriber", "item"),
}
#: Modules whose commands stand together after a word.
_GROUPS: Final[Mapping[str, str]] = {
    "topics": "topics.app",
    "catalogue": "catalogue.app",
    "connector": "connector.app",
    "rejects": "rejects.app",
    "quality": "quality",
    "profile": "profile",
    "objections": "objections",
    "feed": "feed.app",
    "grants": "grants",
}


def known_word(word: str) -> str:
    """Return a word of the top level; empty where it is not one, and only the whole tree says what there is."""
    return word if word in _GROUPS or any(word in words for words in _ADDING.values()) else ""


def command_tree(word: str = "") -> typer.Typer:
    """Return the commands, and where a word of the top level is given, at least those of that word."""
    tree = typer.Typer(name="creditbus", add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    tree.callback()(_top)
    for module, words in _ADDING.items():
        if not word or word in words:
            _loaded(module).register(tree)
    for name, module in _GROUPS.items():
        if not word or word == name:
            tree.add_typer(_loaded(module).app, name=name)
    return tree


def _loaded(module: str) -> Any:
    return import_module(f"{_HERE}.{module}")


def _top(
    lang: Annotated[str | None, typer.Option("--lang")] = None,
    city: Annotated[str | None, typer.Option(CITY_OPTION)] = None,
) -> None:
    """Exchange bus for public credit records.

    Both are chosen before anything else, in `main`, because they may stand after the command and before its help.
    """
