"""The resolver stage."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.resolver.step import ResolverStep
from creditbus.topics.names import RESOLVER

__all__ = ["resolver_stage"]


def resolver_stage(catalogue: Catalogue, codec: EventCodec, lanes: int) -> Stage:
    """Return the stage that joins legacy codes and events."""
    return Stage(
        name=RESOLVER.name,
        topics=(RESOLVER.input,),
        lanes=lanes,
        step=ResolverStep(catalogue, codec, Rejects(RESOLVER.name), lanes),
        store=StoreKind.REDIS,
        changelog=RESOLVER.changelog,
    )
