"""A run of a connector that is killed at a given moment: ``python -m tests.harness.dying CONFIGURATION SENT SECONDS``.

After the given number of messages a clock of the given seconds starts, and SIGKILL ends the process when it has run
down, wherever that meets it: filling a chunk, sending it, committing it, settling its source. The run goes on meanwhile
to the end of one more transaction at most, so it never is too fast to be killed.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from creditbus.connectors.encoding import Message
from creditbus.connectors.publisher import Beside, Publisher
from creditbus.connectors.runner import run_connector
from creditbus.topics.connection import Connection


def _main(configuration: Path, sends: int, seconds: float) -> None:
    send, commit = Publisher._send, Publisher.commit
    sent = 0
    dying = threading.Event()

    def counted(publisher: Publisher, *message: Any) -> None:
        nonlocal sent
        send(publisher, *message)
        sent += 1
        if sent == sends:
            dying.set()
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def last(publisher: Publisher, messages: Sequence[Message], beside: Iterable[Beside]) -> None:
        if dying.is_set():
            threading.Event().wait()
        commit(publisher, messages, beside)

    Publisher._send, Publisher.commit = counted, last  # type: ignore[method-assign]
    run_connector(configuration, Connection.from_environment())


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
