"""A bus in memory on another day: the stages as they are, and profiles made again as a worker does at midnight."""

import asyncio
from dataclasses import replace
from datetime import date

from creditbus.services.domain.city_time import day_number, midnight_ms
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.services.profiles.app import profiles_stage
from creditbus.topics.parties import Subscriber
from tests.step_harness import Bus

__all__ = ["on_another_day", "pass_to"]


def on_another_day(base: LocalStages, subscribers: list[Subscriber], on: date) -> LocalStages:
    """Return stages that work on a day, by the grants of subscribers that nothing changed since."""
    grants = {one.id: grant_of(one) for one in subscribers}
    history = GrantHistory([DeclaredGrants(0, grants, base.catalogue.items)])
    made = profiles_stage(base.catalogue, base.codec, history, base.lanes, on)
    asyncio.run(made.step.load(base.schemas))
    return replace(base, stages={**base.stages, made.name: made})


def pass_to(bus: Bus, subscribers: list[Subscriber], on: date) -> None:
    """Let it be the first moment of a day."""
    bus.now = midnight_ms(day_number(on))
    bus.switch(on_another_day(bus.parts, subscribers, on))
