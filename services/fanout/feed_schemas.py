"""The schemas of the feeds: a city has one for each subscriber and item, thousands where it is large.

A worker that registered all of them before its first batch would keep its lanes waiting for as long (a registry takes
some milliseconds each). So those of an item are registered when a change of it comes, and the others meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence

from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.schemas import Schema, Schemas, full_name
from creditbus.services.fanout.audiences import Outlet
from creditbus.services.fanout.change import Change

__all__ = ["FeedSchemas"]


class FeedSchemas:
    """Gives outlets their frames."""

    def __init__(self, outlets: Iterable[Outlet]) -> None:
        self._waiting: dict[str, list[Outlet]] = {}
        for outlet in outlets:
            self._waiting.setdefault(outlet.item, []).append(outlet)
        self._schemas: Schemas | None = None

    def ask(self, schemas: Schemas) -> None:
        """Take the schemas that know the registry; nothing is asked yet."""
        self._schemas = schemas

    async def need(self, work: Sequence[tuple[Change, int]]) -> None:
        """Register those of the items of some changes.

        Raises:
            DependencyDownError: the registry does not answer.

        """
        if self._waiting:
            for item in {change.item for change, _ in work} & self._waiting.keys():
                await self._register(item)

    async def rest(self) -> None:
        """Register all that no change has needed yet; errors as of `need`."""
        for item in list(self._waiting):
            await self._register(item)

    async def _register(self, item: str) -> None:
        # versions of a grant have few schemas
        made: dict[str, dict[str, tuple[Schema, list[Outlet]]]] = {}
        for outlet in self._waiting.get(item, ()):
            schema = outlet.projection.schema()
            of_name = made.setdefault(full_name(schema), {})
            of_name.setdefault(json.dumps(schema, sort_keys=True), (schema, []))[1].append(outlet)
        await asyncio.gather(*(self._in_order(versions.values()) for versions in made.values()))
        # another lane may have registered them meanwhile: to the same end
        self._waiting.pop(item, None)

    async def _in_order(self, versions: Iterable[tuple[Schema, Sequence[Outlet]]]) -> None:
        """One after another: the registry numbers the versions of a subject in the order in which they come."""
        assert self._schemas is not None  # noqa: S101 -- a step is loaded before its first batch
        for schema, outlets in versions:
            framed = frame(await self._schemas.register(schema))
            for outlet in outlets:
                outlet.frame = framed
