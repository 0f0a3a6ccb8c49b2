"""A run of `creditbus feed sync` that is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from creditbus.topics.connection import Connection

__all__ = ["killed_sync"]


def killed_sync(bus: Connection, subscriber: str, url: str, home: Path, seconds: float) -> None:
    """Let a copy follow its feed until SIGKILL comes after this many seconds; it must be at work until then."""
    addresses = {f"CREDITBUS_{key.upper()}": value for key, value in bus.endpoints().items()}
    environment = os.environ | addresses | {"CREDITBUS_HOME": str(home)}
    command = [sys.executable, "-m", "creditbus.services.cli", "feed", "sync", subscriber, "--to", url]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return
        raise AssertionError(said.decode())
