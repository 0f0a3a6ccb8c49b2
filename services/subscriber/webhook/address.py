"""A receiver's address and its secrets, as they are given to the command."""

from __future__ import annotations

from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import httpx

from creditbus.services.subscriber import messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["is_here", "is_webhook", "place_of", "position_path", "receiver_url", "secrets_in"]

_TO: Final = "--to"
_OPTION: Final = "--secret-file"
_LEAST_CHARACTERS: Final = 32


def is_webhook(to: str) -> bool:
    """Tell whether a target is a receiver over HTTP."""
    return to.lower().startswith(("https://", "http://"))


def receiver_url(to: str) -> httpx.URL:
    """Return the address of a receiver.

    Raises:
        ConfigurationError: it is not one, or leaves this machine without encryption.

    """
    try:
        url = httpx.URL(to)
    except httpx.InvalidURL as error:
        # not repeated: a password may stand in it
        raise ConfigurationError(_TO, messages.NOT_AN_ADDRESS(), messages.ADDRESS_EXAMPLE()) from error
    if not url.host:
        raise ConfigurationError(_TO, messages.NOT_AN_ADDRESS(), messages.ADDRESS_EXAMPLE())
    if url.scheme != "https" and not is_here(url.host):
        raise ConfigurationError(_TO, messages.UNENCRYPTED(host=url.host), messages.ADDRESS_EXAMPLE())
    return url


def is_here(host: str) -> bool:
    """Tell whether a host is this machine by its address: what goes there passes no other machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def place_of(url: httpx.URL) -> str:
    """Return an address without what may be secret in it."""
    port = "" if url.port is None else f":{url.port}"
    return f"{url.scheme}://{url.host}{port}{url.path}"


def position_path(home: Path, topic: str, url: httpx.URL) -> Path:
    """Return the file that keeps the position of a receiver, unless another one is given."""
    return home / "feed-sync" / f"{topic}-{sha256(str(url).encode()).hexdigest()[:12]}.json"


def secrets_in(path: Path | None) -> list[bytes]:
    """Read the secrets of a file, one in each line.

    Raises:
        ConfigurationError: there is no such file, or what it holds is too short.

    """
    if path is None:
        raise ConfigurationError(_OPTION, messages.NO_SECRET(), messages.SECRET_EXAMPLE())
    try:
        found = [line.strip().encode() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), messages.UNREADABLE(), messages.SECRET_EXAMPLE()) from error
    if not found or min(map(len, found)) < _LEAST_CHARACTERS:
        problem = messages.SHORT_SECRET(least=_LEAST_CHARACTERS)
        raise ConfigurationError(str(path), problem, messages.SECRET_EXAMPLE())
    return found
