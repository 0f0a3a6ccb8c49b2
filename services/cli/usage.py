"""What the command line's own library says of wrong arguments, in the language that is spoken."""

from __future__ import annotations

import re

import typer

from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import usage as messages

__all__ = ["usage_line"]


def usage_line(error: typer.TyperException) -> str:
    """Return an error of the arguments as one line, with the help page to read."""
    said = " ".join(str(error.format_message()).split())
    line = (_in_chinese(said) if language() == "zh" else said).rstrip("。.")
    context = getattr(error, "ctx", None)
    return line + spoken(messages.SEE_HELP, command=context.command_path) if context else line


def _in_chinese(said: str) -> str:
    """Translate what typer said; its exceptions keep no parts, only the sentence. What is not known stays as it is."""
    for pattern, message in messages.OF_TYPER.items():
        if found := re.fullmatch(pattern, said):
            parts = {name: _in_chinese(value) for name, value in found.groupdict(default="").items()}
            return message(**parts).zh
    return said
