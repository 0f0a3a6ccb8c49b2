"""Sends one request until the receiver has taken it, with growing pauses."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.webhook.connecting import client_for
from creditbus.services.subscriber.webhook.signing import SIGNATURE, signature
from creditbus.topics.connection import APPLICATION
from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.text import Text

__all__ = ["Receiver", "Tell"]

#: Is called with what a receiver does not do, once until it does.
Tell = Callable[[Text], None]

_AGAIN: Final = frozenset({408, 425, 429})
_SERVER_ERROR: Final = 500
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 60.0
_ANSWER_BYTES: Final = 1 << 16
_ANSWER_SECONDS: Final = 60.0


class _AgainError(Exception):
    def __init__(self, problem: Text, pause: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.pause = pause


class Receiver:
    """A receiver over HTTP; may be used by several threads at once.

    Args:
        url: its address.
        place: what errors call it: the address without what is secret in it.
        secrets: with which requests are signed.
        patience_seconds: for how long a request is tried again after it failed first.
        tell: see `Tell`.
        clock: the present moment, in seconds since 1970 UTC.
        sleep: waits this many seconds.

    Raises:
        ConfigurationError: the file of certificates, or the proxy, that the environment names will not do.

    """

    def __init__(
        self,
        url: httpx.URL,
        place: str,
        secrets: Sequence[bytes],
        patience_seconds: float,
        tell: Tell,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url
        self._place = place
        self._secrets = secrets
        self._patience = patience_seconds
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._failing = False
        self._client = client_for(url)

    def close(self) -> None:
        """End its connections."""
        self._client.close()

    def deliver(self, body: bytes) -> None:
        """Send a request until it is answered by a 2xx.

        Raises:
            UnavailableError: it was not, for as long as patience lasts.
            ConfigurationError: the receiver refuses; trying again would not help.

        """
        waited, attempt = 0.0, 0
        while True:
            begun = time.monotonic()
            try:
                self._once(body)
            except _AgainError as error:
                waited += time.monotonic() - begun
                pause = _pause(attempt) if error.pause is None else max(error.pause, _FIRST_PAUSE_SECONDS)
                if waited + pause > self._patience:
                    raise UnavailableError(self._place, error.problem, messages.RECEIVER_BACK()) from error
                if not self._failing:
                    self._failing = True
                    self._tell(messages.TRIED_AGAIN(place=self._place, problem=error.problem))
                self._sleep(pause)
                waited, attempt = waited + pause, attempt + 1
            else:
                self._failing = False
                return

    def _once(self, body: bytes) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": APPLICATION,
            # of this moment: receivers refuse what is old
            SIGNATURE: signature(self._secrets, int(self._clock()), body),
        }
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers) as response:
                status = response.status_code
                if status in _AGAIN or status >= _SERVER_ERROR:
                    raise _AgainError(messages.ANSWERS(status=status), self._asked_pause(response.headers))
                if not response.is_success:
                    fix = messages.NO_REDIRECTS() if response.is_redirect else messages.SEE_RECEIVER()
                    raise ConfigurationError(self._place, messages.ANSWERS(status=status), fix)
                _read(response)
        except httpx.TimeoutException as error:
            raise _AgainError(messages.NOT_IN_TIME()) from error
        except httpx.TransportError as error:
            raise _AgainError(messages.NOT_REACHED(error=type(error).__name__)) from error

    def _asked_pause(self, headers: httpx.Headers) -> float | None:
        """Read `Retry-After`: seconds, or a date; None where there is none, or none that a calendar has."""
        asked = headers.get("retry-after", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(asked)
        try:
            moment = parsedate_to_datetime(asked)
            at = moment.replace(tzinfo=moment.tzinfo or UTC)
            return (at - datetime.fromtimestamp(self._clock(), UTC)).total_seconds()
        except (ValueError, TypeError, LookupError, OverflowError):
            # the receiver wrote it: the library raises any of these over what no calendar has
            return None


def _pause(attempt: int) -> float:
    """Return a pause that grows, and is not the same for everybody who waits for the same receiver."""
    grown: float = min(_FIRST_PAUSE_SECONDS * 2.0**attempt, _LONGEST_PAUSE_SECONDS)
    return random.uniform(grown / 2, grown)  # noqa: S311 -- jitter, not a secret


def _read(response: httpx.Response) -> None:
    """Read the little that an answer holds, so that its connection can be used again; a long one is left."""
    size, end = 0, time.monotonic() + _ANSWER_SECONDS
    for piece in response.iter_raw():
        size += len(piece)
        if size > _ANSWER_BYTES or time.monotonic() > end:
            return
