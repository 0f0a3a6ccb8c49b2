"""Ports that nobody uses, for servers which a test starts by the command."""

from collections.abc import Collection

from creditbus.deploy.embedded.ports import choose, is_free

__all__ = ["port_base"]

_SERVERS = 4


def port_base(*, but: Collection[int] = ()) -> int:
    """Return what `creditbus up --port-base` can take: the first of four free ports, none of which is one of `but`."""
    while True:
        ports = range(first := choose((), ()), first + _SERVERS)
        if not set(ports) & set(but) and all(map(is_free, ports)):
            return first
