"""Questions at the terminal: a default, a list to choose from, Tab where the terminal can."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import common as messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["ask", "choose_one"]


def ask(question: str, option: str, *, silent: bool, default: str = "", words: Sequence[str] = ()) -> str:
    """Ask for a text.

    Args:
        question: what is asked.
        option: the option that answers it; named where nobody can be asked.
        silent: ask nobody: the default, or an error.
        default: the answer of an empty line; empty: an answer is needed.
        words: what Tab completes to; other answers are taken all the same.

    Raises:
        ConfigurationError: nobody may be asked, and there is no default.
    """
    if silent:
        if default:
            return default
        raise ConfigurationError(option, messages.NOT_GIVEN(), messages.GIVE_IT())
    _complete(words)
    try:
        answer: str = typer.prompt(question, default=default or None, err=not sys.stdin.isatty())
    finally:
        _complete(())
    return answer.strip()


def choose_one(question: str, option: str, choices: Sequence[tuple[str, str]], *, silent: bool, default: str) -> str:
    """Let one of (name, title) be chosen, by its number or its name; other arguments and errors as of `ask`."""
    names = [name for name, _ in choices]
    if not silent:
        for number, (name, title) in enumerate(choices, start=1):
            ERRORS.print(f"  {number:2}  {name:12} {title}", markup=False)
    while True:
        answer = ask(question, option, silent=silent, default=default, words=names)
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            return names[int(answer) - 1]
        if answer in names:
            return answer
        if silent:
            raise ConfigurationError(option, messages.NOT_KNOWN(answer=answer), messages.ONE_OF(names=", ".join(names)))
        ERRORS.print(spoken(messages.THERE_IS_NO, answer=answer) + ", ".join(names), markup=False)


def _complete(words: Sequence[str]) -> None:
    """Set what Tab completes to. Where Python has no readline, there is no Tab."""
    try:
        import readline
    except ImportError:
        return
    known = list(words)

    def complete(text: str, state: int) -> str | None:
        found = [word for word in known if word.startswith(text)]
        return found[state] if state < len(found) else None

    readline.set_completer_delims(" \t\n")
    readline.set_completer(complete if known else None)
    readline.parse_and_bind("tab: complete")
