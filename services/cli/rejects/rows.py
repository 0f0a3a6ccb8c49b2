"""What the commands of `creditbus rejects` share: how a refused row is asked for, named and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from creditbus.services.cli.configured import departments, known_department
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import rejects as messages

if TYPE_CHECKING:
    from creditbus.services.query.returned import ReturnedRow

__all__ = ["DepartmentArgument", "Run", "one_line", "place", "question", "returned_rows"]

_LONGEST: Final = 60

DepartmentArgument = Annotated[
    str,
    typer.Argument(metavar="DEPARTMENT", autocompletion=departments),
]
Run = Annotated[str, typer.Option()]


def returned_rows(department: str, run: str) -> list[ReturnedRow]:
    """Read a department's refused rows, those of one run when `run` names one.

    Raises:
        ConfigurationError: there is no such department.
        DependencyDownError: a server does not answer.
    """
    from creditbus.services.query.returned import read_returned

    known_department(department)
    return asyncio.run(read_returned(connected(), department, run))


def place(fields: Mapping[str, Any]) -> str:
    """Say where the department finds a row: numbered as in the file that it published."""
    row = spoken(messages.ROW, row=fields["row"]) if fields["row"] else ""
    found = "  ".join(part for part in (fields["file"], fields["sheet"], row) if part)
    return found or spoken(messages.OFFSET, offset=fields["offset"])


def one_line(text: str | None, longest: int = _LONGEST) -> str:
    """Return a text as a short line: what does not show is escaped, what is long is cut."""
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text or "")
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def question(proposed: str | None) -> str:
    """Ask whether a proposed correction is what was meant; nothing where none is proposed."""
    return spoken(messages.DID_YOU_MEAN, proposed=proposed) if proposed else ""
