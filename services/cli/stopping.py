"""Ends work that goes on for ever, soon after it is asked to, whatever the work waits for at that moment."""

from __future__ import annotations

import contextvars
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, NoReturn

from creditbus.services.worker.exit_codes import INTERRUPTED

__all__ = ["until_asked"]

_PATIENCE_SECONDS: Final = 1.0
#: Python calls a handler when the main thread runs next. A signal that another thread takes, or that comes as the main
#: thread lies down, does not wake it.
_ASLEEP_SECONDS: Final = 0.5
_ENDED: Final = 0


def until_asked(work: Callable[[threading.Event], None]) -> None:
    """Do the work in a thread until it ends, or until SIGTERM or Ctrl-C; the event tells it that it is to stop.

    Work that waits for a server that is away may not look at the event for half a minute: after a second the process
    ends without it. Whatever is done here must bear that, as it must bear a power cut.

    Raises:
        KeyboardInterrupt: Ctrl-C came, and the work has ended.
        Exception: what the work raised.
    """
    stop, raised = threading.Event(), list[BaseException]()
    # Numbers of signals, or _ENDED. A handler must not raise: where it interrupts a finalizer or a callback of the
    # garbage collector, Python drops the exception, and nobody was asked. Nor may it take the lock of an event that
    # is waited for.
    happened = SimpleQueue[int]()

    def guarded() -> None:
        try:
            work(stop)
        except BaseException as error:  # noqa: BLE001 -- raised again where somebody is to see it
            raised.append(error)
        finally:
            happened.put(_ENDED)

    # the language that was chosen is a variable of the context
    thread = threading.Thread(target=contextvars.copy_context().run, args=(guarded,), daemon=True)
    before = {number: signal.signal(number, lambda came, _: happened.put(came)) for number in _heard()}
    try:
        thread.start()
        asked = _next(happened)
        if asked != _ENDED:
            stop.set()
            _await_end(happened, asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked == signal.SIGINT:
        raise KeyboardInterrupt
    if raised and not stop.is_set():
        raise raised[0]


def _heard() -> list[int]:
    """Return the signals that ask; what is started in the background by a shell does not hear of Ctrl-C."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    return [signal.SIGTERM] if ignored else [signal.SIGTERM, signal.SIGINT]


def _next(happened: SimpleQueue[int]) -> int:
    while True:
        with suppress(Empty):
            return happened.get(timeout=_ASLEEP_SECONDS)


def _await_end(happened: SimpleQueue[int], asked: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not meet the end that the first has begun
    if signal.SIGINT in _heard():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C ends it at once
    try:
        while happened.get(timeout=_PATIENCE_SECONDS) != _ENDED:
            pass
    except Empty:
        _leave(INTERRUPTED if asked == signal.SIGINT else 0)


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
