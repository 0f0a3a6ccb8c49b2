"""The kinds of sources that this installation knows: ours by name, a third party's by entry point."""

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from creditbus.connectors.contract import Kind
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.files.kind import KINDS
from creditbus.connectors.folder.kind import FOLDER
from creditbus.connectors.setup import messages

__all__ = ["ENTRY_POINT_GROUP", "kind_named", "kinds"]

ENTRY_POINT_GROUP = "creditbus.connectors"

_ELSEWHERE = {
    "http": "creditbus.connectors.http.kind",
    "kafka": "creditbus.connectors.kafka.kind",
    "remote-folder": "creditbus.connectors.remote.kind",
    "sql": "creditbus.connectors.sql.kind",
}
"""Modules that hold a ``KIND``; imported when asked for, because their libraries take their time."""


def kinds() -> Mapping[str, Kind]:
    """Return every kind by name.

    Raises:
        ConfigurationError: two packages claim one name.
    """
    return {name: load() for name, load in _known().items()}


def kind_named(name: str) -> Kind:
    """Return one kind.

    Raises:
        ConfigurationError: no such kind; the message lists those there are.
    """
    known = _known()
    if name not in known:
        raise ConfigurationError(
            "kind", messages.NO_KIND(name=name), messages.KNOWN_ARE(known=", ".join(sorted(known)))
        )
    return known[name]()


def _known() -> dict[str, Callable[[], Kind]]:
    known: dict[str, Callable[[], Kind]] = {kind.name: partial(_itself, kind) for kind in (*KINDS, FOLDER)}
    known |= {name: partial(_imported, module) for name, module in _ELSEWHERE.items()}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        kind: Kind = point.load()
        if kind.name in known:
            raise ConfigurationError(point.value, messages.KIND_TAKEN(name=kind.name), messages.REMOVE_ONE())
        known[kind.name] = partial(_itself, kind)
    return known


def _itself(kind: Kind) -> Kind:
    return kind


def _imported(module: str) -> Kind:
    return cast("Kind", import_module(module).KIND)
