"""A command `creditbus feed ...` as a process of its own, and what it took."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any, NamedTuple

from ground import Ground

__all__ = ["Ran", "environment", "feed_command", "feed_words"]


class Ran(NamedTuple):
    """What a command printed, and what it took: the whole process, its start included."""

    facts: Any
    seconds: float
    cpu_seconds: float


def feed_words(*arguments: str) -> list[str]:
    """Return the words of a command line that prints its facts."""
    return [sys.executable, "-m", "creditbus.services.cli", "feed", *arguments, "--json"]


def environment(ground: Ground, home: str) -> dict[str, str]:
    """Return the environment by which a command finds these servers."""
    addresses = {f"CREDITBUS_{name.upper()}": value for name, value in ground.connection.endpoints().items()}
    return {**os.environ, **addresses, "CREDITBUS_HOME": home}


def feed_command(ground: Ground, home: str, *arguments: str) -> Ran:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed.

    """
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(feed_words(*arguments), env=environment(ground, home), capture_output=True, check=True)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(json.loads(done.stdout), seconds, used)
