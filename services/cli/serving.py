"""Serves figures for Prometheus until SIGTERM, looking again and again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import common as messages
from creditbus.services.cli.moved import moved_line
from creditbus.services.worker.metrics_port import serve_metrics
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError

__all__ = ["serve_figures"]


def serve_figures(
    connection: Connection, registry: CollectorRegistry, port: int, every: float, look: Callable[[Connection], None]
) -> None:
    """Serve a registry, and bring it up to date until SIGTERM.

    A look that fails because a server does not answer is reported and tried again; the figures stay as they were.

    Args:
        connection: the bus; followed when a local one comes back at other addresses.
        registry: what is served.
        port: where.
        every: seconds between two looks.
        look: sets the figures.

    Raises:
        ConfigurationError: the port is taken.

    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    serve_metrics(port, registry)
    ERRORS.print(spoken(messages.SERVING, port=port, every=every), markup=False)
    while not stop.is_set():
        if (moved := connection.moved()) is not None:
            connection = moved
            ERRORS.print(moved_line(connection), markup=False)
        try:
            look(connection)
        except UnavailableError as error:
            ERRORS.print(spoken(error.text()), markup=False)
        stop.wait(every)
