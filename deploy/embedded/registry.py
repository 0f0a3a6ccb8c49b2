"""The Apicurio registry, used through its Confluent API."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

from creditbus.deploy.embedded.ports import HOST
from creditbus.deploy.embedded.programs import Programs
from creditbus.deploy.embedded.server import Server

__all__ = ["RegistryServer"]

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RegistryServer(Server):
    """One registry with its schemas in a file.

    Apicurio's default keeps them in memory and numbers them again after each start; the events in Kafka name their
    schema by that number, so it must never change. The file is written through before a registration is answered.
    """

    port_names: ClassVar[Mapping[str, int]] = {"client": 8081}

    def prepare(self, programs: Programs) -> None:  # noqa: ARG002 - the base class's contract
        """Nothing but the directory: the settings are arguments."""
        self.data.mkdir(parents=True, exist_ok=True)

    def command(self, programs: Programs) -> Sequence[str]:
        """The client compiler alone: the registry is asked a few times a run, and starts in half the time."""
        settings = {
            "quarkus.http.host": self.listening.address,
            "quarkus.http.port": str(self.ports["client"]),
            "quarkus.http.access-log.enabled": "false",
            "quarkus.management.host": HOST,
            "quarkus.management.port": "0",
            "apicurio.datasource.url": f"jdbc:h2:file:{self.data / 'registry'};WRITE_DELAY=0",
            "apicurio.datasource.jdbc.initial-size": "2",
            "apicurio.datasource.jdbc.min-size": "2",
            "apicurio.ccompat.max-subjects": "100000",
        }
        return [
            str(programs.java),
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            *(f"-D{key}={value}" for key, value in settings.items()),
            "-jar",
            str(programs.registry / "quarkus-run.jar"),
        ]

    def healthy(self) -> bool:
        """Its Confluent API lists subjects, which reads the storage."""
        try:
            with _OPENER.open(f"{self._url(self.listening.local)}/subjects", timeout=1.0) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    @property
    def address(self) -> str:
        """Base address of the Confluent API."""
        return self._url(self.listening.advertised)

    def _url(self, host: str) -> str:
        return f"http://{host}:{self.ports['client']}/apis/ccompat/v7"
