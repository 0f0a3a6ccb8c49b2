"""Work that goes on for ever hears that it is to stop."""

from __future__ import annotations

import signal
import threading

from creditbus.services.cli.stopping import until_asked


def test_a_signal_that_another_thread_takes_is_heard() -> None:
    heard = []

    def work(stop: threading.Event) -> None:
        stop.wait(0.05)  # the main thread lies down
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        heard.append(stop.wait(10))

    until_asked(work)
    assert heard == [True]
