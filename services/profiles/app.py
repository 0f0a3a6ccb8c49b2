"""The profiles stage."""

from __future__ import annotations

from datetime import date

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.feed.policy import GrantHistory
from creditbus.services.domain.profile.keys import LANE_KEY
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.stage.contract import LaneOpening, Stage, StoreKind
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.profiles.lane import NO_SUBJECT
from creditbus.services.profiles.step import ProfilesStep
from creditbus.topics.names import PROFILES

__all__ = ["profiles_stage"]


def profiles_stage(catalogue: Catalogue, codec: EventCodec, history: GrantHistory, lanes: int, on: date) -> Stage:
    """Return the stage that keeps the profiles.

    Args:
        catalogue: what the bus carries.
        codec: of its events.
        history: what was declared of grants until now; by its newest version items are shown.
        lanes: partitions of each topic.
        on: the city's day, by which publications end.

    """
    step = ProfilesStep(catalogue, codec, Rejects(PROFILES.name), history, lanes, on)
    return Stage(
        name=PROFILES.name,
        topics=(PROFILES.input,),
        lanes=lanes,
        step=step,
        further_keys=step.further_keys,
        look_ahead=step.look_ahead,
        piece_key=NO_SUBJECT,
        store=StoreKind.REDIS,
        changelog=PROFILES.changelog,
        opening=LaneOpening(LANE_KEY, PROFILES.input, step.opening),
    )
