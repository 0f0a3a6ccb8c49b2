"""Connector processes: `creditbus connector run`, again and again until a file is published, as a scheduler would."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from faults.department_files import Batch, DepartmentFile, write_batch
from faults.direct import Direct
from faults.pace import Pace
from faults.story import Story

from creditbus.topics.connection import Connection

__all__ = ["Connectors"]

_PARTIES_OF_A_BATCH = 20_000
_FIRST_PARTY = 40_000_000
_AGAIN_SECONDS = 0.5
_GIVE_UP_SECONDS = 180.0


class Connectors(threading.Thread):
    """Publishes batches of files while they are due; faults take batches of their own.

    Args:
        bus: where to.
        folder: for the files and the log.
        seed: of their content.
        size: events in a batch.
        pace: counts them and says when a batch is due.
        direct: publishes the registrations that come late.
        tells: makes the story of a batch, whose parties begin with a number.

    """

    def __init__(
        self,
        bus: Connection,
        folder: Path,
        seed: int,
        size: int,
        pace: Pace,
        direct: Direct,
        tells: Callable[[Random, int], Story],
    ) -> None:
        super().__init__(name="connectors", daemon=True)
        self.sent: dict[str, DepartmentFile] = {}
        """Files that were published, by name."""
        self.times: Counter[str] = Counter()
        """How often each was to be sent as a whole."""
        self.failed: list[str] = []
        self.log = folder / "connectors.log"
        self._folder = folder
        self._seed = seed
        self._size = size
        self._tells = tells
        self.stories: list[Story] = []
        """Of the batches."""
        self._pace = pace
        self.direct = direct
        self._batches = 0
        self._lock = threading.Lock()
        self._environment = os.environ | {f"CREDITBUS_{name.upper()}": url for name, url in bus.endpoints().items()}
        self._environment["CREDITBUS_HOME"] = str(bus.home)

    def run(self) -> None:
        """Publish batch after batch."""
        while not self._pace.ended:
            if self._pace.file_is_due:
                batch = self.next_batch()
                for file in batch.files:
                    self.publish(file)
                self.direct.hand_over(batch.late)
            self._pace.pause(0.2)

    def next_batch(self) -> Batch:
        """Write files that nobody has published yet."""
        with self._lock:
            self._batches += 1
            number = self._batches
        random = Random(f"{self._seed}-batch-{number}")
        story = self._tells(random, _FIRST_PARTY + number * _PARTIES_OF_A_BATCH)
        self.stories.append(story)
        return write_batch(self._folder, number, story, self._size)

    def start_run(self, file: DepartmentFile, *options: str) -> subprocess.Popen[bytes]:
        """Start one connector process."""
        command = [sys.executable, "-m", "creditbus.services.cli", "connector", "run", str(file.connector), "--json"]
        with self.log.open("ab") as log:
            return subprocess.Popen([*command, *options], env=self._environment, stdout=log, stderr=log)

    def publish(self, file: DepartmentFile, *options: str) -> None:
        """Run the connector until the file is published; what stands in its way goes by."""
        self.count(file)
        self.complete(file, *options)

    def count(self, file: DepartmentFile) -> None:
        """Take note that a file is to be published once (more)."""
        self.sent[file.name] = file
        self.times[file.name] += 1
        self._pace.from_files += file.rows

    def complete(self, file: DepartmentFile, *options: str) -> None:
        """Run until a run ends well."""
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while (code := self.start_run(file, *options).wait()) != 0:
            if time.monotonic() > deadline:
                self.failed.append(f"{file.name}: the connector ends with {code}")
                return
            time.sleep(_AGAIN_SECONDS)
