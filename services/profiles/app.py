"""The profiles stage."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.profiles.step import ProfilesStep
from creditbus.topics.names import PROFILES

__all__ = ["profiles_stage"]


def profiles_stage(catalogue: Catalogue, codec: EventCodec, lanes: int) -> Stage:
    """Return the stage that keeps the profiles."""
    step = ProfilesStep(catalogue, codec, Rejects(PROFILES.name), lanes)
    return Stage(
        name=PROFILES.name,
        topics=(PROFILES.input,),
        lanes=lanes,
        step=step,
        further_keys=step.further_keys,
        store=StoreKind.REDIS,
        changelog=PROFILES.changelog,
    )
