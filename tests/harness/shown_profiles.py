"""Reads the profiles of a bus in memory as `profile show` reads those of a running one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from creditbus.services.engine.store import Reading, Store
from creditbus.services.query.past_profile import past_profile
from creditbus.services.query.profile import ProfileReader
from creditbus.services.query.state import StageState
from creditbus.topics.names import PROFILES
from tests.examples import CATALOGUE
from tests.step_harness import Bus

__all__ = ["Shown", "past", "present", "reader"]

Shown = dict[str, Any]


class _BusStore:
    """The state of the profiles, for reading."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def read(self, lane: int, keys: Iterable[bytes]) -> Reading:
        return Reading(0, {key: self._bus.stores[PROFILES.name, lane].get(key) for key in keys})


def reader(bus: Bus) -> ProfileReader:
    """Read the profiles of a bus."""
    state = StageState(PROFILES.name, cast("Store", _BusStore(bus)), [0] * bus.parts.lanes)
    return ProfileReader(bus.parts.codec, CATALOGUE, cast("Any", None), {PROFILES.name: state})


def present(bus: Bus, code: str) -> Shown | None:
    """Give what `profile show` says, but for objections."""
    return asyncio.run(reader(bus).profile(code))


def past(bus: Bus, code: str, *, known_at: int | None = None, as_of: str | None = None) -> Shown | None:
    """Give what `profile show --as-known-at --as-of` says."""
    day = None if as_of is None else date.fromisoformat(as_of)
    return asyncio.run(past_profile(reader(bus), code, known_at, day))
