"""All servers of one home, started, watched and ended together."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.asked_ports import spread, together
from creditbus.deploy.embedded.errors import ServerError
from creditbus.deploy.embedded.files import replace_text
from creditbus.deploy.embedded.kafka import KafkaServer
from creditbus.deploy.embedded.listening import Listening, listening
from creditbus.deploy.embedded.plan import HomePlan
from creditbus.deploy.embedded.ports import is_free
from creditbus.deploy.embedded.programs import Programs, resolve
from creditbus.deploy.embedded.redis import RedisServer
from creditbus.deploy.embedded.registry import RegistryServer
from creditbus.deploy.embedded.server import Server
from creditbus.deploy.embedded.wanted import NOTHING_WANTED, Wanted
from creditbus.topics.connection import ENDPOINTS_FILE, Connection
from creditbus.topics.errors import ConfigurationError

__all__ = ["Cluster", "ServerStatus"]

_START_SECONDS = 120.0
_POLL_SECONDS = 0.1
_ATTEMPTS = 3
_QUESTIONS = 5
_QUESTION_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """State of one server at one moment.

    Attributes:
        name: `kafka` (`kafka-1` ... when there are several), `registry` or `redis`.
        state: `healthy`, `unhealthy` (runs, does not answer) or `stopped`.
        pid: process id, None when stopped.
        address: what a client needs to reach it.
        log: its log file.
    """

    name: str
    state: str
    pid: int | None
    address: str
    log: Path


class Cluster:
    """Kafka, registry and Redis of one home directory.

    Servers outlive the object and the process that made it: another `Cluster` of the same home sees the same servers.
    Used as a context manager it starts them at the beginning and stops them at the end.

    Args:
        home: directory of everything the servers keep; made when missing.
        brokers: Kafka brokers; None means what the home was made with, 1 for a new home.
        customary_ports: whether a new home tries 9092, 9093, 8081 and 6379 first.
        wanted: ports and addresses that are asked for.
        broker_settings: of Kafka's server.properties, where they are to differ; not kept in the home.
        progress: is called with each step that takes time.

    Raises:
        ConfigurationError: the home was made with another number of brokers, or the ports asked for cannot be.
    """

    def __init__(
        self,
        home: Path,
        *,
        brokers: int | None = None,
        customary_ports: bool = True,
        wanted: Wanted = NOTHING_WANTED,
        broker_settings: Mapping[str, str | int] | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.home = home.absolute()
        self._plan = HomePlan.load(self.home, brokers)
        self._customary_ports = customary_ports
        self._progress = progress
        self._programs: Programs | None = None
        self._kafka = self._brokers(broker_settings or {})
        self._registry = RegistryServer("registry", self.home)
        self._redis = RedisServer("redis", self.home)
        # In the order of starting; stopping goes the other way, so that Kafka ends last.
        self._servers: dict[str, Server] = {
            server.name: server for server in (*self._kafka, self._registry, self._redis)
        }
        self._plan.recall_ports(self._servers.values())
        self._asked = spread(wanted, tuple(self._servers.values()))
        self._listening = wanted.listening
        self._listen_at(self._plan.listening)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def names(self) -> Sequence[str]:
        """Names of the servers, in the order in which they are started."""
        return tuple(self._servers)

    def start(self) -> None:
        """Start what does not run and return when every server is healthy. Does nothing when all run.

        Servers that an earlier run left behind are kept when they are healthy, else ended and started again; one that
        runs is asked several times before. Addresses stay: those of the last start are taken again.

        Raises:
            ConfigurationError: a port that is asked for is taken, servers run elsewhere than is asked for, or the
                address that they listen at is not one of this machine any more.
            ServerError: a program is missing, or a server did not become healthy; then none is left running.
        """
        with self._alone():
            ill = self._ill()
            if len(ill) < len(self._servers):
                self._refuse_to_move()
            if not ill:
                return
            if len(ill) < len(self._servers) and self._replace(ill):
                return
            self._stop(reversed(self._servers.values()))
            # An address of the last run may have gone from this machine since.
            self._listen_at(self._listening or listening(self._plan.listen, self._plan.advertise))
            self._start_on_free_ports()
            self._plan.remember(self._asked, self._servers["redis"].listening)
            self._plan.save(self.home)
            self._write_endpoints()

    def stop(self) -> None:
        """End every server: cleanly, or by force when one takes too long. Data stays."""
        with self._alone():
            (self.home / ENDPOINTS_FILE).unlink(missing_ok=True)
            self._stop(reversed(self._servers.values()))

    def kill(self, name: str) -> None:
        """End one server as a power cut would (SIGKILL)."""
        self._servers[name].process.kill()

    def restart(self, name: str) -> None:
        """Start one server again on its old ports, after a clean end when it still runs; return when it is healthy.

        Raises:
            ServerError: it did not become healthy.
        """
        server = self._servers[name]
        self._stop([server])
        self._start([server])

    def status(self) -> list[ServerStatus]:
        """The state of each server now."""
        return [self._status(server) for server in self._servers.values()]

    def connection(self) -> Connection:
        """Addresses for clients. They hold from the first `start` on."""
        return Connection(
            bootstrap_servers=",".join(server.address for server in self._kafka),
            registry_url=self._registry.address,
            redis_url=self._redis.address,
            home=self.home,
        )

    def endpoints(self) -> dict[str, str]:
        """The addresses as the endpoints file holds them."""
        return self.connection().endpoints()

    @property
    def listening(self) -> Listening:
        """Where the servers listen, or did in the last run."""
        return self._servers["redis"].listening

    def _listen_at(self, where: Listening) -> None:
        for server in self._servers.values():
            server.listening = where

    def _refuse_to_move(self) -> None:
        """Refuse what is asked for where servers run that would have to be stopped for it."""
        for (name, port_name), asked in self._asked.items():
            port = self._servers[name].ports.get(port_name)
            if port != asked.port:
                raise ConfigurationError(asked.place, messages.RUNS_AT(server=name, port=port), messages.DOWN_FIRST())
        if self._listening not in (None, self.listening):
            problem = messages.LISTENS_AT(address=self.listening.address, advertised=self.listening.advertised)
            raise ConfigurationError("--listen", problem, messages.DOWN_FIRST())

    def _ill(self) -> list[Server]:
        """Servers that do not run, and those that run but answer none of several questions.

        One that runs may miss a question: it is still starting, collects garbage, or the machine is busy.
        """
        ill = [server for server in self._servers.values() if self._status(server).state != "healthy"]
        for _ in range(_QUESTIONS - 1):
            if all(server.process.pid is None for server in ill):
                break
            time.sleep(_QUESTION_PAUSE_SECONDS)
            ill = [server for server in ill if self._status(server).state != "healthy"]
        return ill

    def _brokers(self, settings: Mapping[str, str | int]) -> list[KafkaServer]:
        count = self._plan.brokers
        names = ["kafka"] if count == 1 else [f"kafka-{number}" for number in range(1, count + 1)]
        brokers = [
            KafkaServer(name, self.home, number, self._plan.cluster_id, settings)
            for number, name in enumerate(names, start=1)
        ]
        for broker in brokers:
            broker.peers = brokers
        return brokers

    def _start_on_free_ports(self) -> None:
        servers = list(self._servers.values())
        asked = together(self._plan.recall_asked(self.home), self._asked)
        for attempt in range(1, _ATTEMPTS + 1):
            self._plan.assign_ports(servers, asked, customary=self._customary_ports, notice=self._progress)
            try:
                self._start(servers)
            except ServerError:
                ended = [server for server in servers if server.process.pid is None]
                # Somebody may have taken a port between the choice and the start: then other ports will do.
                lost_port = any(
                    not is_free(port, server.host_of(name)) for server in ended for name, port in server.ports.items()
                )
                self._stop(reversed(servers))
                if attempt == _ATTEMPTS or not lost_port:
                    raise
            else:
                return

    def _replace(self, ill: Sequence[Server]) -> bool:
        """Start only the servers that are ill, on their old ports; the healthy ones go on. False when that fails."""
        self._stop(reversed(ill))
        try:
            self._start(ill)
        except ServerError:
            return False
        self._write_endpoints()
        return True

    def _start(self, servers: Sequence[Server]) -> None:
        programs = self._programs = self._programs or resolve(self._progress)
        for server in servers:
            server.prepare(programs)
            self._progress(messages.STARTING(name=server.name))
            server.process.start(server.command(programs), self.home)
        deadline = time.monotonic() + _START_SECONDS
        for server in servers:
            self._await_health(server, deadline)
            self._progress(messages.ANSWERS_AT(name=server.name, address=server.address))

    def _await_health(self, server: Server, deadline: float) -> None:
        while not server.started():
            if server.process.pid is None:
                raise ServerError(server.name, messages.ENDED_STARTING(), messages.SEE_LOG(log=server.process.log))
            if time.monotonic() > deadline:
                raise ServerError(
                    server.name,
                    messages.NO_ANSWER_AFTER(start_seconds=_START_SECONDS),
                    messages.SEE_LOG(log=server.process.log),
                )
            time.sleep(_POLL_SECONDS)

    def _stop(self, servers: Iterable[Server]) -> None:
        order = list(servers)
        brokers = [server for server in order if server in self._kafka]
        for group in ([server for server in order if server not in brokers], brokers):
            for server in group:
                server.process.terminate()
            for server in group:
                if not server.process.wait(server.stop_seconds):
                    server.process.kill()

    def _status(self, server: Server) -> ServerStatus:
        pid = server.process.pid
        state = "stopped" if pid is None else "healthy" if server.healthy() else "unhealthy"
        return ServerStatus(server.name, state, pid, server.address if server.ports else "", server.process.log)

    def _write_endpoints(self) -> None:
        replace_text(self.home / ENDPOINTS_FILE, json.dumps(self.endpoints(), indent=2) + "\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
