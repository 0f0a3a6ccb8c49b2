"""Where the bus is: the addresses of Kafka, the schema registry and Redis."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from creditbus.topics import messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["APPLICATION", "ENDPOINTS_FILE", "HOME_VARIABLE", "Connection", "MissingAddressError", "home_directory"]

APPLICATION = "creditbus"
"""Prefix of consumer groups, transactional ids and store keys, wherever the servers and the home are."""

HOME_VARIABLE = "CREDITBUS_HOME"
ENDPOINTS_FILE = "endpoints.json"
_DEFAULT_HOME = ".creditbus"
_FIELDS = ("bootstrap_servers", "registry_url", "redis_url")
#: Which schemes an address may have; how one looks.
_SCHEMES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "registry_url": (("http", "https"), "http://host:8081/apis/ccompat/v7"),
    "redis_url": (("redis", "rediss", "unix"), "redis://host:6379/0"),
}


class MissingAddressError(ConfigurationError):
    """An address that is needed is given nowhere."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Addresses of the servers of one bus, and the directory of its local data.

    Attributes:
        bootstrap_servers: Kafka brokers, `host:port` joined by commas.
        registry_url: base address of the registry's Confluent API, without a slash at its end.
        redis_url: `redis://` address of the profile store; may hold a password and is left out of `repr`.
        home: local data of this process: logs, addresses of embedded servers.
        from_file: names of the addresses that come from the endpoints file, and are needed.
    """

    bootstrap_servers: str
    registry_url: str
    redis_url: str = field(repr=False)
    home: Path
    from_file: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, store: bool = True, registry: bool = True
    ) -> Self:
        """Read CREDITBUS_BOOTSTRAP_SERVERS, CREDITBUS_REGISTRY_URL, CREDITBUS_REDIS_URL and CREDITBUS_HOME.

        What the environment leaves open comes from the endpoints file that `creditbus up` writes into the home.

        Args:
            environment: the variables; those of the process when None.
            store: whether the profile store is needed; a department or a subscriber has no business with it.
            registry: whether the schema registry is needed; what the city declares is in Kafka.

        Raises:
            MissingAddressError: an address is in neither place.
            ConfigurationError: an address is not one, or the file cannot be read.
        """
        settings = os.environ if environment is None else environment
        home = home_directory(settings)
        given = {name: settings.get(_variable(name), "").strip() for name in _FIELDS}
        written = {} if all(given.values()) else _read_endpoints(home / ENDPOINTS_FILE)
        addresses = {name: given[name] or written.get(name, "") for name in _FIELDS}
        needed = {"bootstrap_servers", *(["registry_url"] if registry else []), *(["redis_url"] if store else [])}
        for name, address in addresses.items():
            if not address and name in needed:
                fix = messages.SET_IT(home=home / ENDPOINTS_FILE)
                raise MissingAddressError(_variable(name), messages.NO_ADDRESS(), fix)
            _check(name, address, _variable(name) if given[name] else f"{home / ENDPOINTS_FILE}: {name}")
        tidy = {name: _tidied(name, address) for name, address in addresses.items()}
        return cls(**tidy, home=home, from_file=frozenset(name for name in needed if not given[name]))

    def moved(self) -> Self | None:
        """Where the local bus is now, once the endpoints file names other addresses; None as long as it does not.

        Nothing is moved where the environment gives all addresses. A file that is not there, because the servers are
        down, or that cannot be read, says nothing.
        """
        if not self.from_file:
            return None
        try:
            written = _read_endpoints(self.endpoints_file)
        except ConfigurationError:
            return None
        changed: dict[str, Any] = {name: _tidied(name, written[name]) for name in self.from_file if written.get(name)}
        now = replace(self, **changed)
        return None if now == self else now

    @property
    def endpoints_file(self) -> Path:
        """Where `creditbus up` writes the addresses of the local servers."""
        return self.home / ENDPOINTS_FILE

    def endpoints(self) -> dict[str, str]:
        """The addresses by name, as the endpoints file holds them."""
        return {name: getattr(self, name) for name in _FIELDS}


def home_directory(environment: Mapping[str, str] | None = None) -> Path:
    """The directory of local data: CREDITBUS_HOME, else `.creditbus` under the working directory; always absolute."""
    settings = os.environ if environment is None else environment
    return Path(settings.get(HOME_VARIABLE) or _DEFAULT_HOME).expanduser().absolute()


def _tidied(name: str, address: str) -> str:
    """An address in the form in which it is used, so that the same one twice is equal."""
    if name == "bootstrap_servers":
        return ",".join(server.strip() for server in address.split(","))
    return address.rstrip("/") if name == "registry_url" else address


def _check(name: str, address: str, place: str) -> None:
    """Refuse what no client understands; the address is not repeated, because it may hold a password."""
    if name in _SCHEMES:
        schemes, example = _SCHEMES[name]
        sound = not address or _is_url(address, schemes)
        problem = messages.NOT_A_URL(schemes=" or ".join(f"{scheme}://" for scheme in schemes))
    else:
        sound = all(_is_server(server) for server in address.split(","))
        problem, example = messages.NOT_SERVERS(), messages.SERVERS_EXAMPLE()
    if not sound:
        raise ConfigurationError(place, problem, messages.WRITE_IT_AS(example=example))


def _is_url(address: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(address)
        port_is_sound = parts.port != 0
    except ValueError:
        return False
    named = parts.path if parts.scheme == "unix" else parts.hostname
    # paths are put after the registry's; what a query may say to Redis its client knows
    whole = not parts.fragment and (not parts.query or not parts.scheme.startswith("http"))
    return parts.scheme in schemes and bool(named) and port_is_sound and whole


def _is_server(server: str) -> bool:
    host, _, port = server.strip().rpartition(":")
    return bool(host) and "/" not in server and port.isdecimal() and 0 < int(port) < 1 << 16


def _variable(name: str) -> str:
    return f"CREDITBUS_{name.upper()}"


def _read_endpoints(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(str(path), messages.NOT_JSON(), messages.WRITE_ANEW()) from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ConfigurationError(str(path), messages.NOT_ADDRESSES(), messages.WRITE_ANEW())
    return content
