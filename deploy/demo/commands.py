"""The demonstration does with the bus what its readers can do: it runs the same commands, in a home of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from creditbus.deploy import messages
from creditbus.services.cli.language import language
from creditbus.services.worker.city_day import DAY_VARIABLE
from creditbus.topics.errors import UnavailableError

__all__ = ["Commands", "command_line", "environment"]

_OF_ANOTHER_BUS = (
    "CREDITBUS_BOOTSTRAP_SERVERS",
    "CREDITBUS_REGISTRY_URL",
    "CREDITBUS_REDIS_URL",
    "CREDITBUS_CITY",
    DAY_VARIABLE,
)
_BAD_FACTS = 1  # exit code of a command whose facts are bad; it has printed them


def command_line(*arguments: str) -> list[str]:
    """Give the command line of a creditbus command, run by this very Python."""
    return [sys.executable, "-m", "creditbus.services.cli", *arguments]


def environment(home: Path) -> dict[str, str]:
    """Give this process's environment with another home and nothing of another bus: no address, no city and no day."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_BUS}
    return kept | {"CREDITBUS_HOME": str(home)}


class Commands:
    """Runs commands against the bus of one home."""

    def __init__(self, home: Path, width: int) -> None:
        """``width`` is that of the terminal, in columns."""
        self._environment = environment(home) | {"COLUMNS": str(width)}

    def text(self, *arguments: str) -> str:
        """Run a command and give what it shows a person, also when the facts that it shows are bad.

        Raises:
            UnavailableError: the command failed; the message is its own last line.
        """
        spoken = command_line(*arguments, "--lang", language())
        done = subprocess.run(spoken, env=self._environment, capture_output=True, check=False)
        if done.returncode not in {0, _BAD_FACTS}:
            raise _failure(arguments, done.stderr)
        return done.stdout.decode()

    def stream(self, *arguments: str) -> Iterator[Any]:
        """Run a command that prints one JSON object a line, and give them.

        Raises:
            UnavailableError: the command failed; the message is its own last line.
        """
        yield from map(orjson.loads, self.text(*arguments, "--json").splitlines())

    def facts(self, *arguments: str) -> Any:
        """Run a command that prints one JSON document, and give that, also when the facts in it are bad.

        Raises:
            UnavailableError: the command failed; the message is its own last line.
        """
        return orjson.loads(self.text(*arguments, "--json"))


def _failure(arguments: Sequence[str], stderr: bytes) -> UnavailableError:
    said = stderr.decode(errors="replace").strip().splitlines() or [""]
    problem = said[-1].removeprefix("creditbus: ") or messages.SAYS_NOTHING()
    return UnavailableError(f"creditbus {' '.join(arguments)}", problem)
