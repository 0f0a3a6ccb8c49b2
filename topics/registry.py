"""The schema registry, through the Confluent API that Confluent, Apicurio and Karapace share."""

from __future__ import annotations

import ipaddress
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from creditbus.topics.errors import UnavailableError, UserError

__all__ = ["BACKWARD_TRANSITIVE", "RegisteredSchema", "RegistryError", "SchemaRegistry", "UnknownSchemaError"]

BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
"""A reader with the newest schema reads the events of all earlier ones: what is kept in Kafka stays readable."""

_CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_TIMEOUT_SECONDS = 10.0


class RegistryError(UserError):
    """The registry answers, and refuses: an incompatible schema, one that is not Avro, no permission."""


class UnknownSchemaError(RegistryError):
    """The registry has no schema with this id."""


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """One version of a subject.

    Attributes:
        id: the number in front of each event on the wire. Equal schemas have one id under all subjects.
        version: from 1 within the subject.
        schema: the Avro schema as parsed JSON.
    """

    id: int
    version: int
    schema: Any


class SchemaRegistry:
    """A client without state: one call, one request. Schemas never change under their id, so callers may keep them.

    Every method raises `UnavailableError` when the registry does not answer (the work can be tried again) and
    `RegistryError` when it refuses (it cannot).

    Args:
        url: base address of the Confluent API.
        timeout_seconds: limit of one request.
    """

    def __init__(self, url: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        # A proxy for the internet must not be asked for a server on this machine.
        handlers = [urllib.request.ProxyHandler({})] if _is_loopback(url) else []
        self._opener = urllib.request.build_opener(*handlers)

    def register(self, subject: str, schema: Any) -> int:
        """Put `schema` (as parsed JSON) under `subject` and return its id; the id it has when it is there already."""
        answer = self._ask("POST", f"/subjects/{_part(subject)}/versions", _body(schema))
        return int(answer["id"])

    def find(self, subject: str, schema: Any) -> int | None:
        """The id of exactly this schema under `subject`; None when it is not there."""
        answer = self._ask_for_one("POST", f"/subjects/{_part(subject)}", _body(schema))
        return None if answer is None else int(answer["id"])

    def schema(self, schema_id: int) -> Any:
        """The schema (as parsed JSON) that has this id.

        Raises:
            UnknownSchemaError: there is none.
        """
        answer = self._ask_for_one("GET", f"/schemas/ids/{schema_id}")
        if answer is None:
            raise UnknownSchemaError(f"schema {schema_id}", f"is not in the registry at {self._url}")
        return json.loads(answer["schema"])

    def latest(self, subject: str) -> RegisteredSchema | None:
        """The newest version of `subject`; None when the registry does not know the subject."""
        answer = self._ask_for_one("GET", f"/subjects/{_part(subject)}/versions/latest")
        return None if answer is None else _registered(answer)

    def versions(self, subject: str) -> list[RegisteredSchema]:
        """All versions of `subject`, the oldest first; empty when the registry does not know the subject."""
        path = f"/subjects/{_part(subject)}/versions"
        numbers = self._ask_for_one("GET", path) or []
        return [_registered(self._ask("GET", f"{path}/{number}")) for number in numbers]

    def subjects(self) -> list[str]:
        """Names of all subjects."""
        return list(self._ask("GET", "/subjects"))

    def compatibility(self, subject: str) -> str | None:
        """The compatibility level in force for `subject`."""
        answer = self._ask_for_one("GET", f"/config/{_part(subject)}?defaultToGlobal=true")
        return None if answer is None else str(answer["compatibilityLevel"])

    def set_compatibility(self, subject: str, level: str) -> None:
        """Let the registry itself refuse schemas that break `level`."""
        self._ask("PUT", f"/config/{_part(subject)}", {"compatibility": level})

    def _ask_for_one(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return self._ask(method, path, body)
        except UnknownSchemaError:
            return None

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(  # noqa: S310 - the operator's own address
            self._url + path,
            data=data,
            method=method,
            headers={"Content-Type": _CONTENT_TYPE, "Accept": f"{_CONTENT_TYPE}, application/json"},
        )
        try:
            return self._answer(request)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error, f"{method} {path}") from error
        except (OSError, ValueError) as error:
            fix = "is it running? `creditbus status` shows local servers"
            raise UnavailableError(f"registry at {self._url}", "does not answer", fix) from error

    def _answer(self, request: urllib.request.Request) -> Any:
        """Ask once more where the connection broke: every request says the same when it comes twice."""
        try:
            return self._once(request)
        except (urllib.error.HTTPError, TimeoutError):
            raise
        except OSError:
            return self._once(request)

    def _once(self, request: urllib.request.Request) -> Any:
        with self._opener.open(request, timeout=self._timeout_seconds) as answer:
            return json.load(answer)

    def _refused(self, error: urllib.error.HTTPError, request: str) -> UserError:
        place = f"registry at {self._url}"
        if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code == HTTPStatus.TOO_MANY_REQUESTS:
            return UnavailableError(place, f"answers {error.code} to {request}", "see its log")
        kind = UnknownSchemaError if error.code == HTTPStatus.NOT_FOUND else RegistryError
        return kind(place, f"refuses {request}: {_message(error)}")


def _registered(answer: Mapping[str, Any]) -> RegisteredSchema:
    return RegisteredSchema(int(answer["id"]), int(answer["version"]), json.loads(answer["schema"]))


def _body(schema: Any) -> dict[str, str]:
    return {"schema": json.dumps(schema, ensure_ascii=False, separators=(",", ":"))}


def _part(subject: str) -> str:
    return quote(subject, safe="")


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
