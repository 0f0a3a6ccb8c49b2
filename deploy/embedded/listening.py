"""Where the servers listen, and by which name other machines reach them."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final

import psutil

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.ports import HOST
from creditbus.topics.errors import ConfigurationError

__all__ = ["LOCAL", "Listening", "listening"]

_LISTEN: Final = "--listen"
_ADVERTISE: Final = "--advertise"
_EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 -- what is compared with
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Listening:
    """The interface of this machine that clients use.

    Attributes:
        address: IPv4 address that the servers bind; 0.0.0.0: every interface.
        advertised: name or address that clients are given.
    """

    address: str = HOST
    advertised: str = HOST

    @property
    def local(self) -> str:
        """Where this machine itself reaches the servers."""
        return HOST if self.address == _EVERYWHERE else self.address

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach the servers."""
        return self.address != HOST


LOCAL: Final = Listening()


def listening(address: str, advertise: str | None) -> Listening:
    """Check what the options --listen and --advertise say; the address itself is advertised without the second.

    Raises:
        ConfigurationError: the address is not one of this machine, or no other machine could use what is advertised.
    """
    _check_address(address)
    if ipaddress.IPv4Address(address).is_loopback:
        if advertise not in (None, HOST):
            raise ConfigurationError(_ADVERTISE, messages.NOBODY_ELSE(address=address), messages.GIVE_LISTEN())
        return LOCAL
    name = address if advertise is None else advertise
    if name == _EVERYWHERE:
        problem = messages.NOT_TO_BE_CALLED(address=name)
        raise ConfigurationError(
            _ADVERTISE if advertise else _LISTEN, problem, messages.GIVE_ADVERTISE(name=_example())
        )
    _check_name(name)
    return Listening(address, name)


def _check_address(address: str) -> None:
    """Refuse what cannot be bound. A name is refused, too: it may stand for several addresses."""
    fix = messages.ADDRESSES_HERE(addresses=", ".join([*_own_addresses(), _EVERYWHERE]))
    try:
        ipaddress.IPv4Address(address)
    except ValueError as error:
        raise ConfigurationError(_LISTEN, messages.NOT_IPV4(address=address), fix) from error
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            raise ConfigurationError(_LISTEN, messages.NOT_OF_THIS_MACHINE(address=address), fix) from error


def _check_name(name: str) -> None:
    fix = messages.GIVE_ADVERTISE(name=_example())
    if not _NAME.fullmatch(name):
        raise ConfigurationError(_ADVERTISE, messages.NOT_A_NAME(name=name), fix)
    try:
        found = socket.gethostbyname(name)
    except OSError as error:
        # The broker itself calls this name, for example to end transactions.
        raise ConfigurationError(_ADVERTISE, messages.NOT_RESOLVED(name=name), fix) from error
    if ipaddress.IPv4Address(found).is_loopback:
        raise ConfigurationError(_ADVERTISE, messages.CALLERS_OWN(name=name, address=found), fix)


def _own_addresses() -> list[str]:
    """IPv4 addresses of this machine, those that others can call first."""
    addresses = [one.address for of in psutil.net_if_addrs().values() for one in of if one.family == socket.AF_INET]
    return sorted(addresses, key=lambda address: ipaddress.IPv4Address(address).is_loopback)


def _example() -> str:
    return next(iter(_own_addresses()), HOST)
