"""Ends work that goes on for ever, soon after it is asked to, whatever the work waits for at that moment."""

from __future__ import annotations

import contextvars
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

from creditbus.services.worker.exit_codes import INTERRUPTED

__all__ = ["until_asked"]

_PATIENCE_SECONDS: Final = 1.0
_WAIT_SECONDS: Final = 3600.0


class _AskedToStop(BaseException):
    """SIGTERM has come."""


def until_asked(work: Callable[[threading.Event], None]) -> None:
    """Do the work in a thread until it ends, or until SIGTERM or Ctrl-C; the event tells it that it is to stop.

    Work that waits for a server that is away may not look at the event for half a minute: after a second the process
    ends without it. Whatever is done here must bear that, as it must bear a power cut.

    Raises:
        KeyboardInterrupt: Ctrl-C came, and the work has ended.
        Exception: what the work raised.
    """
    stop, ended, raised = threading.Event(), threading.Event(), list[BaseException]()

    def guarded() -> None:
        try:
            work(stop)
        except BaseException as error:  # noqa: BLE001 -- raised again where somebody is to see it
            raised.append(error)
        finally:
            ended.set()

    # the language that was chosen is a variable of the context
    thread = threading.Thread(target=contextvars.copy_context().run, args=(guarded,), daemon=True)
    before = signal.signal(signal.SIGTERM, _ask)
    try:
        thread.start()
        # not `join`: Python 3.11 takes a thread for ended whose `join` a signal interrupted (bpo-45274)
        while not ended.wait(_WAIT_SECONDS):
            pass
    except (_AskedToStop, KeyboardInterrupt) as request:
        interrupted = isinstance(request, KeyboardInterrupt)
        stop.set()
        if not ended.wait(_PATIENCE_SECONDS):
            _leave(INTERRUPTED if interrupted else 0)
        if interrupted:
            raise
    finally:
        signal.signal(signal.SIGTERM, before)
    if raised and not stop.is_set():
        raise raised[0]


def _ask(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    signal.signal(number, signal.SIG_IGN)  # a second one must not meet the end that the first has begun
    raise _AskedToStop


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
