"""The console script: puts the commands together and turns errors into one line and an exit code."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from bdb import BdbQuit
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typer

from creditbus.services.cli.chosen_city import CITY_OPTION, choose_city, read_chosen_city
from creditbus.services.cli.commands import command_tree, known_word
from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.declared import recall_city
from creditbus.services.cli.help import speaking
from creditbus.services.cli.language import choose, chosen, spoken, taken_out
from creditbus.services.cli.language import language as spoken_language
from creditbus.services.cli.messages import usage as messages
from creditbus.services.cli.usage import usage_line
from creditbus.services.worker.exit_codes import INTERRUPTED
from creditbus.topics.connection import home_directory
from creditbus.topics.errors import UserError
from creditbus.topics.system_errors import reason_of
from creditbus.topics.text import Language

__all__ = ["main"]

_USER_ERROR = 2
_INTERNAL_ERROR = 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Codes: 0 done; 1 the facts shown are bad (a ledger that does not balance, a server that is ill); 2 the arguments,
    the configuration or a server needs the user; 70 a fault of creditbus, whose traceback is in a file; 130 Ctrl-C.
    `worker`, `connector watch` and `up --foreground` end with 0 when SIGTERM asks them to.
    """
    try:
        result = _run(sys.argv[1:] if arguments is None else arguments)
    except (typer.Abort, KeyboardInterrupt, BdbQuit):  # the last: somebody left the debugger with `q`
        return INTERRUPTED
    except typer.Exit as request:
        return request.exit_code
    except (typer.TyperException, UserError) as error:
        _complain(spoken(error.text()) if isinstance(error, UserError) else usage_line(error))
        return _USER_ERROR
    except BrokenPipeError:
        # The reader has gone (`creditbus ... | head`); the interpreter must not flush into the pipe at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the outermost place: a user gets a line, never a traceback
        fault = f"{type(error).__name__}: {error}"
        try:
            kept = str(_keep_traceback())
        except OSError as refused:  # the home is a file, or may not be written to
            kept = f"{home_directory()}: {reason_of(refused)}"
        _complain(spoken(messages.INTERNAL_ERROR, error=fault, path=kept))
        return _INTERNAL_ERROR
    return result if isinstance(result, int) else 0


def _run(arguments: Sequence[str]) -> object:
    # What a library logs would stand next to the one line that says the same; paramiko writes the traceback of each
    # connection that breaks. A worker, whose log is read by operators, sets up its own.
    logging.lastResort = logging.NullHandler()
    language, rest = taken_out(arguments)
    choose(chosen(language))
    city, rest = taken_out(rest, CITY_OPTION)
    choose_city(chosen(city, CITY_OPTION))
    read_chosen_city(rest)
    recall_city(rest)
    command = _command(spoken_language(), known_word(rest[0]) if rest else "")
    own = [*language, *city]
    return command(args=[*own, *(rest or ["--help"])], prog_name="creditbus", standalone_mode=False, obj=main)


@cache
def _command(_: Language, word: str) -> Any:
    """Build the tree once: a worker that a supervisor forks runs a command, too, and its lanes wait for it."""
    return speaking(typer.main.get_command(command_tree(word)))


def _complain(line: str) -> None:
    ERRORS.print(f"creditbus: {' '.join(line.split())}", markup=False)


def _keep_traceback() -> Path:
    path = home_directory() / "logs" / "errors.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv)}\n{traceback.format_exc()}\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
