"""The schema registry, through the Confluent API that Confluent, Apicurio and Karapace share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from creditbus.topics import messages
from creditbus.topics.registry_http import NotARegistryError, RegistryError, RegistryHttp, UnknownSchemaError

__all__ = [
    "BACKWARD_TRANSITIVE",
    "NotARegistryError",
    "RegisteredSchema",
    "RegistryError",
    "SchemaRegistry",
    "UnknownSchemaError",
]

BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
"""A reader with the newest schema reads the events of all earlier ones: what is kept in Kafka stays readable."""

_TIMEOUT_SECONDS = 10.0


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

    Every method raises `UnavailableError` when the registry does not answer (the work can be tried again),
    `NotARegistryError`, which is one of these, when something else answers in its place, and `RegistryError` when it
    refuses (it cannot). That a schema is not there is believed only where the registry itself says so.

    Args:
        url: base address of the Confluent API; a slash at its end does not matter.
        timeout_seconds: limit of one request.

    Raises:
        ConfigurationError: the address cannot be one of a registry.
    """

    def __init__(self, url: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._http = RegistryHttp(url, timeout_seconds)

    def register(self, subject: str, schema: Any) -> int:
        """Put `schema` (as parsed JSON) under `subject` and return its id; the id it has when it is there already."""
        answer = self._http.ask("POST", f"/subjects/{_part(subject)}/versions", _body(schema))
        with self._understood():
            return int(answer["id"])

    def find(self, subject: str, schema: Any) -> int | None:
        """The id of exactly this schema under `subject`; None when it is not there."""
        answer = self._ask_for_one("POST", f"/subjects/{_part(subject)}", _body(schema))
        with self._understood():
            return None if answer is None else int(answer["id"])

    def schema(self, schema_id: int) -> Any:
        """The schema (as parsed JSON) that has this id.

        Raises:
            UnknownSchemaError: there is none.
            ValueError: it is not JSON, and so of another kind than Avro.
        """
        answer = self._ask_for_one("GET", f"/schemas/ids/{schema_id}")
        if answer is None:
            raise UnknownSchemaError(messages.SCHEMA(name=schema_id), messages.SCHEMA_NOT_THERE(url=self._http.url))
        with self._understood():
            text = str(answer["schema"])
        return json.loads(text)

    def latest(self, subject: str) -> RegisteredSchema | None:
        """The newest version of `subject`; None when the registry does not know the subject."""
        answer = self._ask_for_one("GET", f"/subjects/{_part(subject)}/versions/latest")
        with self._understood():
            return None if answer is None else _registered(answer)

    def versions(self, subject: str) -> list[RegisteredSchema]:
        """All versions of `subject`, the oldest first; empty when the registry does not know the subject."""
        newest = self.latest(subject)
        # most subjects have one, and a worker asks for all of them while its lanes wait
        if newest is None or newest.version == 1:
            return [] if newest is None else [newest]
        path = f"/subjects/{_part(subject)}/versions"
        answer = self._ask_for_one("GET", path)
        with self._understood():
            numbers = [] if answer is None else [int(number) for number in answer]
        older = {number: self._http.ask("GET", f"{path}/{number}") for number in numbers if number != newest.version}
        with self._understood():
            return [newest if number == newest.version else _registered(older[number]) for number in numbers]

    def subjects(self) -> list[str]:
        """Names of all subjects."""
        answer = self._http.ask("GET", "/subjects")
        if not isinstance(answer, list):
            raise self._http.strange()
        return [str(name) for name in answer]

    def compatibility(self, subject: str) -> str | None:
        """The compatibility level in force for `subject`."""
        answer = self._ask_for_one("GET", f"/config/{_part(subject)}?defaultToGlobal=true")
        with self._understood():
            return None if answer is None else str(answer["compatibilityLevel"])

    def set_compatibility(self, subject: str, level: str) -> None:
        """Let the registry itself refuse schemas that break `level`."""
        self._http.ask("PUT", f"/config/{_part(subject)}", {"compatibility": level})

    def _ask_for_one(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return self._http.ask(method, path, body)
        except UnknownSchemaError:
            return None

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Take JSON that lacks what a registry's answer holds for what it is: the answer of something else."""
        try:
            yield
        except (KeyError, TypeError, ValueError) as error:
            raise self._http.strange() from error


def _registered(answer: Mapping[str, Any]) -> RegisteredSchema:
    return RegisteredSchema(int(answer["id"]), int(answer["version"]), json.loads(answer["schema"]))


def _body(schema: Any) -> dict[str, str]:
    return {"schema": json.dumps(schema, ensure_ascii=False, separators=(",", ":"))}


def _part(subject: str) -> str:
    return quote(subject, safe="")
