"""Lets the stages of a worker take up what the city declares, while they run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from creditbus.services.engine import metrics
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.run.app import StageApp
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import LateSchemas
from creditbus.services.worker.bus import Bus, open_bus
from creditbus.services.worker.city_day import city_today, warn_of_a_held_day
from creditbus.services.worker.declared import DeclarationsFollower
from creditbus.topics.city import use_city
from creditbus.topics.city.published import PublishedCity
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations

__all__ = ["Renewal", "city_today"]

logger = logging.getLogger(__name__)


#: How long after midnight a grant may begin or end, and how long after its start a worker asks for further schemas.
_LOOK_SECONDS: Final = 2.0


class Renewal:
    """Makes the stages by the newest version, at the start and whenever there is another.

    Args:
        connection: where the bus is.
        settings: of the engine.
        person_key: 32 bytes, the key of the tokens that stand for natural persons.
        today: tells the city's day, by which grants are judged; None: the clock does.

    """

    def __init__(
        self,
        connection: Connection,
        settings: EngineSettings,
        person_key: bytes,
        today: Callable[[], date] | None = None,
    ) -> None:
        self._today = today or city_today
        self._day = self._today()
        self._connection = connection
        self._settings = settings
        self._person_key = person_key
        self._follower = DeclarationsFollower(connection.bootstrap_servers)
        self._one_at_a_time = asyncio.Lock()
        self._version = 0
        self._apps: Sequence[StageApp] = ()
        self._task: asyncio.Task[None] | None = None
        self._bus_now: Bus | None = None
        self._catalogue: Mapping[str, str] = {}

    async def open(self) -> Bus:
        """Return the stages by the newest version; errors as of `DeclarationsFollower.open` and `open_bus`."""
        await self._follower.close()
        bus = await self._bus(await self._follower.open())
        self._version = self._follower.newest.version if self._follower.newest else 0
        return bus

    def start(self, apps: Sequence[StageApp]) -> asyncio.Task[None]:
        """Follow the declarations until `close`; return the task that does so.

        It ends by a ConfigurationError when a version cannot be taken up by this creditbus.

        """
        warn_of_a_held_day()
        self._apps = apps
        self._task = asyncio.create_task(self._run(), name="declarations")
        return self._task

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follower.follow())
                group.create_task(self._renew_again_and_again())
                group.create_task(self._renew_each_day())
                group.create_task(self._ask_for_schemas())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def catch_up(self) -> None:
        """Take up every version that was published before the call; errors as of `open`."""
        await self._follower.caught_up()
        await self._renew()

    async def close(self) -> None:
        """Follow no more."""
        if self._task is not None:
            self._task.cancel()
        await self._follower.close()

    async def _renew_again_and_again(self) -> None:
        while True:
            await self._follower.newer(self._version)
            try:
                await self._renew()
            except DependencyDownError as error:
                logger.warning("wait for %s with what the city declares now: %s", error.dependency, error)
                await asyncio.sleep(self._settings.pause_max_seconds)

    async def _renew_each_day(self) -> None:
        while True:
            # by looks, for a clock may be set, and a machine may sleep
            await asyncio.sleep(_LOOK_SECONDS)
            if self._today() > self._day:
                try:
                    await self._renew()
                except DependencyDownError as error:
                    logger.warning("wait for %s with the new day: %s", error.dependency, error)

    async def _ask_for_schemas(self) -> None:
        """Ask for what stages leave for later, once the lanes have had their turn."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                for late in self._late_schemas():
                    await late.rest()
            except DependencyDownError as error:
                logger.warning("wait for %s with schemas that nothing needs yet: %s", error.dependency, error)
                await asyncio.sleep(self._settings.pause_max_seconds)

    def _late_schemas(self) -> list[LateSchemas]:
        bus = self._bus_now
        stages = [] if bus is None else [bus.stages[app.stage_name] for app in self._apps]
        return [stage.late_schemas for stage in stages if stage.late_schemas is not None]

    async def _renew(self) -> None:
        async with self._one_at_a_time:
            newest = self._follower.newest
            if newest is None or (newest.version <= self._version and self._today() <= self._day):
                return
            bus = await self._bus(newest)
            for app in self._apps:
                app.runtime.ids.know(bus.facts.ids)
            self._version = newest.version
            for app in self._apps:
                await app.renew(bus.stages[app.stage_name], bus.schemas)
        logger.info("works by version %d of the declarations, and by the grants of %s", newest.version, self._day)

    async def _bus(self, published: PublishedCity) -> Bus:
        like = self._bus_now if published.catalogue == self._catalogue else None
        use_city(published.city())
        # never back: a clock that is set back would have grants begin and end twice
        day = max(self._day, self._today())
        bus = await open_bus(
            self._connection,
            declarations(),
            self._settings,
            self._person_key,
            history=self._follower.grants.history(),
            on=day,
            like=like,
        )
        self._bus_now, self._catalogue, self._day = bus, published.catalogue, day
        metrics.DECLARATIONS.set(published.version)
        return bus
