"""The resolver stage."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.engine.codec import EventCodec
from creditbus.services.engine.rejects import Rejects
from creditbus.services.engine.step import Stage, StoreKind
from creditbus.services.resolver.step import ResolverStep

__all__ = ["NAME", "resolver_stage"]

NAME = "resolver"


def resolver_stage(catalogue: Catalogue, codec: EventCodec, lanes: int) -> Stage:
    """Return the stage that joins legacy codes and events."""
    return Stage(
        name=NAME,
        topics=("credit.unresolved",),
        lanes=lanes,
        step=ResolverStep(catalogue, codec, Rejects(NAME), lanes),
        store=StoreKind.REDIS,
        changelog="credit.crosswalk",
    )
