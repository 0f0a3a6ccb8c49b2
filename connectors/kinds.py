"""The kinds of sources that this installation knows: ours by name, a third party's by entry point."""

from collections.abc import Mapping
from importlib.metadata import entry_points

from creditbus.connectors.contract import Kind
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.files.kind import KINDS
from creditbus.connectors.http.kind import KIND as HTTP
from creditbus.connectors.sql.kind import KIND as SQL

__all__ = ["ENTRY_POINT_GROUP", "kind_named", "kinds"]

ENTRY_POINT_GROUP = "creditbus.connectors"


def kinds() -> Mapping[str, Kind]:
    """Return every kind by name.

    Raises:
        ConfigurationError: two packages claim one name.
    """
    known: dict[str, Kind] = {kind.name: kind for kind in (*KINDS, SQL, HTTP)}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        kind: Kind = point.load()
        if kind.name in known:
            raise ConfigurationError(
                point.value, f"kind {kind.name!r} is already taken", "remove one of the two packages"
            )
        known[kind.name] = kind
    return known


def kind_named(name: str) -> Kind:
    """Return one kind.

    Raises:
        ConfigurationError: no such kind; the message lists those there are.
    """
    known = kinds()
    if name not in known:
        raise ConfigurationError("kind", f"there is no kind {name!r}", f"known are {', '.join(sorted(known))}")
    return known[name]
