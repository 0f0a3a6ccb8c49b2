"""What settings of several kinds have in common: how long something may take, and which addresses there are."""

import re
from typing import Annotated, Final

import httpx
from pydantic import AfterValidator, Field

from creditbus.connectors.common import messages

__all__ = ["HttpAddress", "Seconds", "is_host"]

_DAY: Final = 86_400
_LONGEST_HOST: Final = 253
_MOST_PORT: Final = 65_535
_HOST: Final = re.compile(rb"[A-Za-z0-9_.-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9_.-]+)?")

Seconds = Annotated[float, Field(gt=0, le=_DAY)]
"""How long to wait, at most a day: systems refuse to wait for more than 24 of them."""


def is_host(name: str) -> bool:
    """Say whether a name can be asked for: of labels of 1 to 63 characters each; or an address, without brackets."""
    try:
        # what the standard library does with every name before it asks
        asked = name.encode("idna")
    except UnicodeError:
        return False
    return len(asked) <= _LONGEST_HOST and _HOST.fullmatch(asked) is not None


def _http_address(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(messages.NOT_A_URL()) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(messages.NOT_HTTP())
    if not is_host(url.raw_host.decode("ascii")):
        raise ValueError(messages.NO_HOST())
    if url.port is not None and not 0 < url.port <= _MOST_PORT:
        raise ValueError(messages.NO_PORT(most=_MOST_PORT))
    return text


HttpAddress = Annotated[str, AfterValidator(_http_address)]
"""A URL of http or https with a host that there can be."""
