"""Help pages in the language that is spoken: texts of the catalogue, wrapped by the columns that characters take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import typer
from rich.cells import cell_len, chop_cells
from typer._click.formatting import HelpFormatter

from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages.help import HEADINGS, HELP, TYPES
from creditbus.topics.text import Message

__all__ = ["key_of", "speaking", "text_of"]

_COLUMN: Final = 30
"""Widest first column; a longer name stands on a line of its own."""

_WORD: Final = re.compile(r"[ -~]+?(?: +|(?=[^ -~])|$)|.[，。；：、！？）”]*", re.DOTALL)
"""What no line break parts: a word of Latin letters, or a Chinese character with the punctuation after it."""


def speaking(command: Any, path: str = "") -> Any:
    """Give a command, and those below it, their texts in the language that is spoken.

    Args:
        command: the tree that typer built of the functions; it is changed.
        path: the command's names, below `creditbus`.
    """
    command.context_class = _Context
    command.help = spoken(text_of(path) or command.help or "")
    command.options_metavar = spoken(HEADINGS["[OPTIONS]"])
    for parameter in command.params:
        parameter.help = spoken(text_of(path, key_of(parameter)) or parameter.help or "")
    below: Mapping[str, Any] = getattr(command, "commands", {})
    if below:
        command.subcommand_metavar = spoken(HEADINGS["COMMAND [ARGS]..."])
    for name, one in below.items():
        speaking(one, f"{path} {name}".strip())
    return command


def text_of(path: str, key: str = "") -> Message | None:
    """Return the text of a command or of a parameter of it; None where the catalogue has none."""
    return HELP.get(f"{path} {key}".strip()) or HELP.get(key or path)


def key_of(parameter: Any) -> str:
    """Return what the catalogue calls a parameter: its longest option, or the name of an argument in capitals."""
    if parameter.param_type_name == "argument":
        return str(parameter.display_name_raw).upper()
    return str(max(parameter.opts, key=len))


class _Pages(HelpFormatter):
    """Draws a page. The library's own counts characters, of which a Chinese one is two columns wide."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002 - its contract
        """Write the first line."""
        self.write(f"{spoken(HEADINGS['Usage'])}: {prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        """Write what stands above a list."""
        known = HEADINGS.get(heading)
        self.write(f"{'':{self.current_indent}}{spoken(known) if known else heading}:\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        indent = " " * self.current_indent
        paragraphs = (_lines(paragraph, self.width - self.current_indent) for paragraph in text.split("\n\n"))
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = _COLUMN, col_spacing: int = 2) -> None:
        """Write names and what they mean in two columns."""
        drawn = [(_TYPE.sub(_type, name), _REMARK.sub(_remark, _own(name, meaning))) for name, meaning in rows]
        first = min(max(cell_len(name) for name, _ in drawn), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, meaning in drawn:
            lines = list(_lines(meaning, max(self.width - first - self.current_indent, 10)))
            beside = lines.pop(0) if lines and cell_len(name) <= first - col_spacing else ""
            self.write(f"{indent}{name}{' ' * (first - cell_len(name))}{beside}".rstrip() + "\n")
            for line in lines:
                self.write(f"{indent}{'':{first}}{line}\n")


class _Context(typer.Context):
    formatter_class = _Pages


_TYPE: Final = re.compile(r"<([a-z ]+)>")
_REMARK: Final = re.compile(r"\[(?:default: [^\]]*|required|[^\]]*; required|[^\]]*x<=[^\]]*)\]$")


def _own(name: str, meaning: str) -> str:
    """Return our text for the one option that the library adds by itself."""
    return spoken(HELP[name]) if name == "--help" else meaning


def _type(found: re.Match[str]) -> str:
    known = TYPES.get(found[1])
    return f"<{spoken(known)}>" if known else found[0]


def _remark(found: re.Match[str]) -> str:
    """Write in the language that is spoken that a parameter is required, or what its default is."""
    text = found[0].replace("required", spoken(HEADINGS["required"]))
    return text.replace("default: ", f"{spoken(HEADINGS['default'])}: ")


def _lines(text: str, width: int) -> Iterator[str]:
    """Break a paragraph into lines of at most `width` columns."""
    line = ""
    for word in _WORD.findall(" ".join(text.split())):
        if line and cell_len(line) + cell_len(word.rstrip()) > width:
            yield line.rstrip()
            line = ""
        *full, rest = chop_cells(word, width) if cell_len(word) > width else [word]
        yield from full
        line += rest
    if line:
        yield line.rstrip()
