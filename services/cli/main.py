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
from typing import Annotated, Any

import typer

from creditbus.services.cli import demo, grants, objections, profile, quality, worker
from creditbus.services.cli.catalogue import app as catalogue
from creditbus.services.cli.chosen_city import CITY_OPTION, choose_city, read_chosen_city
from creditbus.services.cli.city import app as city
from creditbus.services.cli.connector import app as connector
from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.declared import recall_city
from creditbus.services.cli.feed import app as feed
from creditbus.services.cli.help import speaking
from creditbus.services.cli.language import choose, chosen, spoken, taken_out
from creditbus.services.cli.language import language as spoken_language
from creditbus.services.cli.ledger import app as ledger
from creditbus.services.cli.ledger import waiting
from creditbus.services.cli.messages import usage as messages
from creditbus.services.cli.rejects import app as rejects
from creditbus.services.cli.servers import app as servers
from creditbus.services.cli.topics import app as topics
from creditbus.services.cli.trace import command as trace
from creditbus.services.cli.usage import usage_line
from creditbus.services.worker.exit_codes import INTERRUPTED
from creditbus.topics.connection import home_directory
from creditbus.topics.errors import UserError
from creditbus.topics.text import Language

__all__ = ["app", "main"]

_USER_ERROR = 2
_INTERNAL_ERROR = 70

app = typer.Typer(
    name="creditbus",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _top(
    lang: Annotated[str | None, typer.Option("--lang")] = None,
    city: Annotated[str | None, typer.Option(CITY_OPTION)] = None,
) -> None:
    """Exchange bus for public credit records.

    Both are chosen before anything else, in `main`, because they may stand after the command and before its help.
    """


servers.register(app)
worker.register(app)
ledger.register(app)
waiting.register(app)
trace.register(app)
demo.register(app)
city.register(app)
app.add_typer(topics.app, name="topics")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(connector.app, name="connector")
app.add_typer(rejects.app, name="rejects")
app.add_typer(quality.app, name="quality")
app.add_typer(profile.app, name="profile")
app.add_typer(objections.app, name="objections")
app.add_typer(feed.app, name="feed")
app.add_typer(grants.app, name="grants")


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
        _complain(spoken(messages.INTERNAL_ERROR, error=fault, path=_keep_traceback()))
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
    command = _command(spoken_language())
    own = [*language, *city]
    return command(args=[*own, *(rest or ["--help"])], prog_name="creditbus", standalone_mode=False, obj=main)


@cache
def _command(_: Language) -> Any:
    """Build the tree once: a worker that a supervisor forks runs a command, too, and its lanes wait for it."""
    return speaking(typer.main.get_command(app))


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
