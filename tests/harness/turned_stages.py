"""Stages in memory that go over to another version of what a city declares."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.feed.policy import GrantHistory
from creditbus.services.fanout.app import fanout_stage
from creditbus.services.local.stages import LocalStages
from creditbus.services.profiles.app import profiles_stage

__all__ = ["turned_stages"]


def turned_stages(base: LocalStages, catalogue: Catalogue, history: GrantHistory, on: date) -> LocalStages:
    """Return stages of which profiles and fanout work by a catalogue, by grants and on a day.

    They share the registry with those before: what one of them wrote is read while another works.

    Not from within an event loop: it runs one to load the stages.
    """
    made = (
        profiles_stage(catalogue, base.codec, history, base.lanes, on),
        fanout_stage(catalogue, base.codec, history, base.lanes),
    )

    async def load() -> None:
        for stage in made:
            await stage.step.load(base.schemas)
            if stage.late_schemas is not None:
                await stage.late_schemas.rest()

    asyncio.run(load())
    return replace(base, catalogue=catalogue, stages={**base.stages, **{stage.name: stage for stage in made}})
