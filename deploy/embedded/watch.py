"""Staying with the servers: what dies is started again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.cluster import Cluster
from creditbus.deploy.embedded.errors import ServerError

__all__ = ["watch"]

_LOOK_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


def watch(cluster: Cluster, progress: Callable[[str], None]) -> signal.Signals:
    """Look every second until SIGINT or SIGTERM arrives, then stop all servers; return which of the two it was.

    A server that ended is started again; when that fails, with growing pauses. Must run in the main thread.
    """
    ended = threading.Event()
    arrived: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        arrived.append(number)
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    pause = _LOOK_SECONDS
    try:
        while not ended.wait(pause):
            pause = _look(cluster, progress, pause)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        progress(messages.STOPPING())
        cluster.stop()
    return signal.Signals(arrived[0])


def _look(cluster: Cluster, progress: Callable[[str], None], pause: float) -> float:
    for server in cluster.status():
        if server.state == "stopped":
            progress(messages.ENDED(name=server.name, log=server.log))
            try:
                cluster.restart(server.name)
            except ServerError as error:
                progress(error.text())
                return min(pause * 2, _LONGEST_PAUSE_SECONDS)
    return _LOOK_SECONDS
