"""One page over HTTP: bounded in time and in bytes, asked for again after growing pauses."""

import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx

from creditbus.connectors.common.http_headers import is_value
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.http import messages
from creditbus.connectors.http.settings import HttpSettings

__all__ = ["Client", "HttpResponse", "Sleep"]

Sleep = Callable[[float], None]

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_PAUSE = 1.0
_MOST_DOUBLINGS = 20
"""Makes more than the longest pause of all, a day."""
_CERTIFICATES = "SSL_CERT_FILE"
_BLOCK = 65_536
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_ENCODINGS = {"": False, "identity": False, "gzip": True, "x-gzip": True, "deflate": True}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What a page's server said."""

    headers: httpx.Headers
    body: bytes | None
    """``None``: it has not changed."""

    def __repr__(self) -> str:
        return f"HttpResponse({'unchanged' if self.body is None else len(self.body)})"


class _AgainError(Exception):
    """Trying again may help."""

    def __init__(self, problem: str, pause: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.pause = pause


class Client:
    """Use as a context manager.

    Args:
        settings: Authentication, time-outs and limits.
        sleep: Waits this many seconds.
    """

    def __init__(self, settings: HttpSettings, sleep: Sleep = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **settings.headers}
        if settings.token is not None:
            headers[settings.token_header] = settings.token_prefix + settings.token.reveal()
            if not is_value(headers[settings.token_header]):
                raise ConfigurationError(messages.HEADERS_OR_TOKEN(), messages.NO_TOKEN(), messages.CORRECT_THEM())
        basic = None
        if settings.user is not None and settings.password is not None:
            basic = (settings.user, settings.password.reveal())
        verify = _trusting(settings)
        timeout = httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds)
        try:
            # No redirect is followed: it could carry the token to another server.
            self._client = httpx.Client(headers=headers, auth=basic, timeout=timeout, verify=verify)
        except UnicodeEncodeError as error:
            raise ConfigurationError(
                messages.HEADERS_OR_TOKEN(), messages.NOT_ASCII(), messages.CORRECT_THEM()
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: httpx.URL, conditions: dict[str, str], place: str) -> HttpResponse:
        """Ask for one page.

        Args:
            url: Its address.
            conditions: Headers under which the server may say that it has not changed.
            place: What errors call it.

        Raises:
            SourceError: it cannot be had, or is too large.
            ConfigurationError: no request can have these headers.
        """
        problem = ""
        for attempt in range(self._settings.attempts):
            try:
                return self._once(url, conditions, place)
            except _AgainError as error:
                problem = error.problem
                growing = _FIRST_PAUSE * 2.0 ** min(attempt, _MOST_DOUBLINGS)
                pause = min(growing, self._settings.longest_pause) if error.pause is None else error.pause
                if pause > self._settings.longest_pause:
                    raise SourceError(
                        place, messages.ASKS_TO_WAIT(problem=problem, pause=pause), messages.RUN_AGAIN_THEN()
                    ) from error
                if attempt + 1 < self._settings.attempts:
                    self._sleep(pause)
        raise SourceError(place, problem, messages.TRIED(attempts=self._settings.attempts))

    def _once(self, url: httpx.URL, conditions: dict[str, str], place: str) -> HttpResponse:
        try:
            with self._client.stream("GET", url, headers=conditions) as response:
                status = response.status_code
                if status == httpx.codes.NOT_MODIFIED and conditions:
                    return HttpResponse(response.headers, None)
                if status in _AGAIN:
                    raise _AgainError(messages.ANSWERS(status=status), _asked_pause(response.headers))
                if status != httpx.codes.OK:
                    raise SourceError(place, messages.ANSWERS(status=status), _fix(response))
                return HttpResponse(response.headers, self._body(response, place))
        except httpx.TimeoutException as error:
            raise _AgainError(messages.NOT_IN_TIME()) from error
        except httpx.LocalProtocolError as error:  # what was to be sent cannot be: no other attempt helps
            raise ConfigurationError(
                messages.HEADERS_OR_TOKEN(), messages.NO_REQUEST(), messages.CORRECT_THEM()
            ) from error
        except httpx.TransportError as error:
            raise _AgainError(messages.NOT_REACHED(name=type(error).__name__)) from error

    def _body(self, response: httpx.Response, place: str) -> bytes:
        most, end = self._settings.response_bytes, time.monotonic() + self._settings.response_seconds
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise SourceError(place, messages.ENCODED_AS(encoding=encoding), messages.GZIP_OR_NOTHING())
        blocks = response.iter_raw()
        body = bytearray()
        try:
            for block in _decompressed(blocks, most) if _ENCODINGS[encoding] else blocks:
                body += block
                if len(body) > most:
                    fix = messages.SMALLER_PAGES()
                    raise SourceError(place, messages.TOO_LARGE(most=most), fix)
                if time.monotonic() > end:
                    raise _AgainError(messages.TAKES_LONGER(seconds=self._settings.response_seconds))
        except zlib.error as error:
            raise SourceError(place, messages.DAMAGED_COMPRESSION(), messages.RUN_AGAIN()) from error
        return bytes(body)


def _decompressed(blocks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Decompress with bounded memory: a few kilobytes can hold gigabytes of zeros."""
    engine = zlib.decompressobj(_GZIP_OR_ZLIB)
    size = 0
    for block in blocks:
        rest = block
        while rest and size <= most:
            part = engine.decompress(rest, _BLOCK)
            size += len(part)
            yield part
            rest = engine.unconsumed_tail
    if not engine.eof and size <= most:
        raise zlib.error


def _asked_pause(headers: httpx.Headers) -> float | None:
    """Read ``Retry-After``: seconds, or a date; ``None`` where there is none, or none that a calendar has."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, LookupError, OverflowError):
        # the server wrote it: the library raises any of these over what no calendar has
        return None


def _fix(response: httpx.Response) -> str:
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return messages.CHECK_LOGIN()
    if response.is_redirect:
        return messages.NO_REDIRECTS()
    return messages.CHECK_URL()


def _trusting(settings: HttpSettings) -> ssl.SSLContext:
    try:
        if settings.ca_file is None:
            return httpx.create_ssl_context()
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        if settings.ca_file is None:
            raise SourceError(_CERTIFICATES, messages.NO_CERTIFICATES(), messages.CHECK_VARIABLE()) from error
        raise SourceError(str(settings.ca_file), messages.NO_CERTIFICATES(), messages.CHECK_CA_FILE()) from error
