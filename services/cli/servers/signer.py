"""Next to the servers of one machine: a process that signs the feeds every hour, once the machine has a key."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from creditbus.topics.connection import HOME_VARIABLE

if TYPE_CHECKING:
    from creditbus.deploy.embedded.process import ServerProcess

__all__ = ["EVERY", "HourlySigner"]

EVERY: Final = "1h"

_NAME: Final = "manifests"
_STOP_SECONDS: Final = 5.0

#: Addresses of another bus, which this process must not sign in place of the one of its home.
_ADDRESSES: Final = ("CREDITBUS_BOOTSTRAP_SERVERS", "CREDITBUS_REGISTRY_URL", "CREDITBUS_REDIS_URL")


class HourlySigner:
    """`creditbus feed manifest --every 1h` of one home, whichever process started it.

    Args:
        home: local data of the machine.

    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self.log = home / "logs" / f"{_NAME}.log"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process().pid

    def start(self) -> bool:
        """Start it where there is a key and it does not run; return whether it runs."""
        from creditbus.services.evidence.keys import key_path

        process = self._process()
        if process.pid is None and key_path(self._home).exists():
            environment = {name: value for name, value in os.environ.items() if name not in _ADDRESSES}
            command = [sys.executable, "-m", "creditbus.services.cli", "feed", "manifest", "--every", EVERY]
            process.start(command, self._home, {**environment, HOME_VARIABLE: str(self._home)})
        return process.pid is not None

    def stop(self) -> None:
        """End it. A manifest that it is about to write is written by the next one."""
        process = self._process()
        process.terminate()
        if not process.wait(_STOP_SECONDS):
            process.kill()

    def _process(self) -> ServerProcess:
        from creditbus.deploy.embedded.process import ServerProcess

        return ServerProcess(self._home / "run" / f"{_NAME}.json", self.log)
