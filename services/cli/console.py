"""How commands speak: facts to standard output, progress and errors to standard error."""

from __future__ import annotations

import os
import sys
from typing import Any

import orjson
from rich.console import Console

from creditbus.services.cli.language import spoken

__all__ = ["ERRORS", "OUTPUT", "print_json", "progress", "table_width"]

_PIPE_WIDTH = 140

OUTPUT = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH)
"""For people's eyes; wraps at the terminal's width. A pipe has none: a table folded into 80 columns cannot be read."""

ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)
"""For progress and errors; a line stays a line."""


def table_width() -> int | None:
    """Return how wide a table may be; None: a pipe, which takes any width."""
    return OUTPUT.width if OUTPUT.is_terminal or "COLUMNS" in os.environ else None


def print_json(facts: Any) -> None:
    """Print facts for a machine, as one indented JSON document."""
    sys.stdout.write(orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode() + "\n")


def progress(step: str) -> None:
    """Tell of a step that takes time."""
    line = spoken(step)
    ERRORS.print(f"[dim]{line}[/dim]" if ERRORS.is_terminal else line, markup=ERRORS.is_terminal)
