"""Asks a schema registry over HTTP, and tells the registry's own answers from those of whatever else may answer.

A wrong path, a web page, a proxy or another service answers 404, too: taken for "no such schema" that would register
schemas again or refuse good events. Only the registry's own error codes (of Confluent: 40401 subject,
40402 version, 40403 schema) say that something is not there.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from creditbus.topics import messages
from creditbus.topics.errors import ConfigurationError, UnavailableError, UserError

__all__ = ["NotARegistryError", "RegistryError", "RegistryHttp", "UnknownSchemaError"]

_CONTENT_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_USUAL_PATHS: Final = ("/apis/ccompat/v7", "")
"""Where Apicurio has the Confluent API, and where Confluent and Karapace have it."""
_LOOK_SECONDS: Final = 2.0
_NOT_THERE: Final = {40401, 40402, 40403}
_LOGIN: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}
_VARIABLE: Final = "CREDITBUS_REGISTRY_URL"


class RegistryError(UserError):
    """The registry answers, and refuses: an incompatible schema, one that is not Avro, no permission."""


class UnknownSchemaError(RegistryError):
    """The registry has no schema with this id."""


class NotARegistryError(UnavailableError):
    """Something answers that is not a schema registry, or a registry at another path.

    Whatever waits for the registry goes on waiting: a proxy answers so, too, while its registry is being started.
    """


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Following one would turn a POST into a GET, and hide that the address is wrong."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none: it is then raised as an error."""


class RegistryHttp:
    """One registry.

    Args:
        url: base address of the Confluent API.
        timeout_seconds: limit of one request.

    Raises:
        ConfigurationError: the address cannot be one of a registry.
    """

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parts = _checked(url.strip())
        self.url = url.strip().rstrip("/")
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._timeout_seconds = timeout_seconds
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if _is_loopback(parts):
            # A proxy for the internet must not be asked for a server on this machine.
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask one thing; errors as of `SchemaRegistry`.

        Raises:
            UnknownSchemaError: the registry says that it is not there.
        """
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = _request(self.url + path, method, data)
        try:
            answer = self._answer(request)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error, f"{method} {path}") from error
        except ValueError as error:
            raise self._not_one(messages.NO_JSON_ANSWER(request=f"{method} {path}")) from error
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error
        if answer is None:
            raise self.strange()
        return answer

    def strange(self) -> NotARegistryError:
        """Make the error for JSON that no registry would answer."""
        return self._not_one(messages.STRANGE_JSON())

    def _answer(self, request: urllib.request.Request) -> Any:
        """Ask once more where the connection broke: every request says the same when it comes twice."""
        try:
            return self._once(request, self._timeout_seconds)
        except (urllib.error.HTTPError, TimeoutError):
            raise
        except OSError:
            return self._once(request, self._timeout_seconds)

    def _once(self, request: urllib.request.Request, seconds: float) -> Any:
        with self._opener.open(request, timeout=seconds) as answer:
            return json.load(answer)

    def _refused(self, error: urllib.error.HTTPError, request: str) -> UserError:
        said, plain = _said(error), f"{error.code} {error.reason}".strip()
        if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code == HTTPStatus.TOO_MANY_REQUESTS:
            return UnavailableError(
                self._place, messages.ANSWERS_CODE(code=error.code, request=request), messages.SEE_ITS_LOG()
            )
        if error.code < HTTPStatus.BAD_REQUEST:
            target = urlsplit(error.headers.get("Location", ""))
            where = (
                f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path}" if target.netloc else target.path
            )
            return self._not_one(messages.SENDS_ELSEWHERE(request=request, plain=plain, where=where or "-"))
        if said is not None and said[0] in _NOT_THERE and error.code == HTTPStatus.NOT_FOUND:
            return UnknownSchemaError(self._place, messages.REFUSES_BECAUSE(request=request, said=said[1]))
        if error.code in _LOGIN and said is None:
            fix = messages.LET_IT_IN()
            return RegistryError(self._place, messages.REFUSES_PLAINLY(request=request, plain=plain), fix)
        if said is None or error.code == HTTPStatus.NOT_FOUND:
            return self._not_one(messages.ANSWERS_STRANGELY(plain=plain, request=request))
        return RegistryError(self._place, messages.REFUSES_BECAUSE(request=request, said=said[1]))

    def _silent(self, error: Exception) -> UnavailableError:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            fix = messages.GIVE_AUTHORITY()
            return NotARegistryError(self._place, messages.CERTIFICATE(verify_message=reason.verify_message), fix)
        if isinstance(reason, ssl.SSLError) and self.url.startswith("https:"):
            return NotARegistryError(self._place, messages.NO_TLS(), messages.IS_IT_HTTP(variable=_VARIABLE))
        if isinstance(reason, HTTPException) and not isinstance(reason, OSError):
            return NotARegistryError(self._place, messages.NO_PLAIN_HTTP(), messages.IS_IT_HTTPS(variable=_VARIABLE))
        return UnavailableError(self._place, messages.DOES_NOT_ANSWER(), messages.IS_IT_RUNNING())

    def _not_one(self, problem: str) -> NotARegistryError:
        found = self._found()
        fix = messages.IT_IS_AT(found=found, variable=_VARIABLE) if found else messages.SET_TO_BASE(variable=_VARIABLE)
        return NotARegistryError(self._place, problem, fix)

    def _found(self) -> str:
        """Return where on the same server a registry is; nothing when there is none at the usual places."""
        for path in _USUAL_PATHS:
            try:
                subjects = self._once(_request(f"{self._root}{path}/subjects", "GET", None), _LOOK_SECONDS)
            except (OSError, HTTPException, ValueError):
                continue
            if isinstance(subjects, list) and self._root + path != self.url:
                return self._root + path
        return ""

    @property
    def _place(self) -> str:
        return messages.REGISTRY_AT(url=self.url)


def _request(url: str, method: str, data: bytes | None) -> urllib.request.Request:
    headers = {"Content-Type": _CONTENT_TYPE, "Accept": f"{_CONTENT_TYPE}, application/json"}
    return urllib.request.Request(url, data=data, method=method, headers=headers)  # noqa: S310 - the operator's address


def _said(error: urllib.error.HTTPError) -> tuple[int, str] | None:
    """Return code and message of a registry's error; None where it is not one."""
    try:
        body = json.load(error)
        return int(body["error_code"]), str(body["message"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None


def _checked(url: str) -> SplitResult:
    """Take an address apart. Its errors never show it where it may hold a password."""
    place = messages.REGISTRY_ADDRESS()
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(place, messages.EMPTY(), messages.SET_TO_EXAMPLE(variable=_VARIABLE)) from error
    if parts.username or parts.password or "@" in url:
        raise ConfigurationError(place, messages.HOLDS_LOGIN(), messages.LEAVE_THEM_OUT())
    if parts.scheme not in {"http", "https"} or not host:
        fix = (
            messages.SET_TO_HTTP(variable=_VARIABLE, address=url.rpartition("://")[2])
            if url
            else messages.SET_VARIABLE(variable=_VARIABLE)
        )
        raise ConfigurationError(place, messages.NOT_HTTP(url=url), fix)
    if parts.query or parts.fragment:
        raise ConfigurationError(place, messages.AFTER_PATH(url=url), messages.LEAVE_OUT_QUERY())
    return parts


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
