"""A run of a connector that is killed at a given moment: ``python -m tests.harness.dying CONFIGURATION SENT SECONDS``.

After the given number of messages a clock of the given seconds starts, and SIGKILL ends the process when it has run
down, wherever that meets it: filling a chunk, sending it, committing it, settling its source. The run goes on meanwhile
to the end of one more transaction at most, so it never is too fast to be killed.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

from creditbus.connectors.publish.encoder import ProducerRecord
from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.connectors.run import runner
from creditbus.connectors.run.runner import run_connector
from creditbus.topics.connection import Connection
from creditbus.topics.kafka_transactions import OutgoingRecord


class _Dying(Publisher):
    sends: int
    seconds: float
    _sent = 0

    def commit(self, messages: Sequence[ProducerRecord], beside: Iterable[Beside]) -> None:
        """Commit, unless the clock runs."""
        if self._sent >= self.sends:
            threading.Event().wait()
        super().commit(messages, beside)

    def _records(self, messages: Iterable[ProducerRecord], beside: Iterable[Beside]) -> Iterator[OutgoingRecord]:
        for record in super()._records(messages, beside):
            yield record
            self._sent += 1
            if self._sent == self.sends:
                threading.Timer(self.seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()


if __name__ == "__main__":
    _Dying.sends, _Dying.seconds = int(sys.argv[2]), float(sys.argv[3])
    with patch.object(runner, "Publisher", _Dying):
        run_connector(Path(sys.argv[1]), Connection.from_environment())
