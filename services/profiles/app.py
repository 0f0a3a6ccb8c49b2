"""The profiles stage."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.engine.codec import EventCodec
from creditbus.services.engine.rejects import Rejects
from creditbus.services.engine.step import Stage, StoreKind
from creditbus.services.profiles.step import ProfilesStep

__all__ = ["NAME", "profiles_stage"]

NAME = "profiles"


def profiles_stage(catalogue: Catalogue, codec: EventCodec, lanes: int) -> Stage:
    """Return the stage that keeps the profiles."""
    return Stage(
        name=NAME,
        topics=("credit.events",),
        lanes=lanes,
        step=ProfilesStep(catalogue, codec, Rejects(NAME), lanes),
        store=StoreKind.REDIS,
        changelog="credit.records",
    )
