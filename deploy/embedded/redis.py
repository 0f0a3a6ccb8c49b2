"""Redis, the profile store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from creditbus.deploy.embedded.programs import Programs
from creditbus.deploy.embedded.server import Server

__all__ = ["RedisServer"]

# Snapshots only: one is a consistent point in time, and the engine brings the store from there up to the changelog.
# A store that does not fit must refuse writes; evicting a key would be a silent loss.
_CONFIGURATION = """\
bind {host}
port {port}
dir "{data}"
dbfilename store.rdb
save 300 1
appendonly no
stop-writes-on-bgsave-error no
maxmemory-policy noeviction
protected-mode {protected}
daemonize no
logfile ""
"""


# glibc keeps seven freed blocks of each size at hand, and a batch frees and asks for thousands: looking for each in the
# heap took a fifth of Redis' processor time (docs/adr/0032). It changes nothing with another C library, or in a Redis
# with an allocator of its own.
_ALLOCATOR = "GLIBC_TUNABLES=glibc.malloc.tcache_count=8000"


class RedisServer(Server):
    """One Redis without replicas."""

    port_names: ClassVar[Mapping[str, int]] = {"client": 6379}

    def prepare(self, programs: Programs) -> None:  # noqa: ARG002 - the base class's contract
        """Write redis.conf."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.config.mkdir(parents=True, exist_ok=True)
        text = _CONFIGURATION.format(
            host=self.listening.address,
            port=self.ports["client"],
            data=self.data,
            # Redis refuses other machines as long as it has no password.
            protected="no" if self.listening.is_open else "yes",
        )
        (self.config / f"{self.name}.conf").write_text(text, encoding="utf-8")

    def command(self, programs: Programs) -> Sequence[str]:
        """The server reads everything from its configuration file, but how memory is kept."""
        return ["env", _ALLOCATOR, str(programs.redis_server), str(self.config / f"{self.name}.conf")]

    def healthy(self) -> bool:
        """PING answers PONG; while the snapshot is being loaded it does not."""
        client = redis.Redis(
            host=self.listening.local,
            port=self.ports["client"],
            socket_timeout=1.0,
            socket_connect_timeout=1.0,
            retry=Retry(NoBackoff(), 0),  # the client's own tries take seconds
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    @property
    def address(self) -> str:
        """A redis:// address of database 0."""
        return f"redis://{self.listening.advertised}:{self.ports['client']}/0"
