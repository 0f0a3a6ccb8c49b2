"""What a city declared of grants in each version: a change that was judged by an older one is shown by that."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256

from creditbus.avro_schemas.catalogue_files import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Item
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.fanout.app import grant_of
from creditbus.topics.city.current import City
from creditbus.topics.city.published import PublishedCity
from creditbus.topics.declarations import declared_subscribers
from creditbus.topics.errors import ConfigurationError

__all__ = ["GrantVersions", "declared_grants"]

logger = logging.getLogger(__name__)


class GrantVersions:
    """Takes in versions, the oldest first. What several versions have in common is read and kept once."""

    def __init__(self) -> None:
        self._versions: list[DeclaredGrants] = []
        self._grants: dict[str, Mapping[str, Grant]] = {}
        self._items: dict[str, Mapping[str, Item]] = {}

    def add(self, published: PublishedCity) -> None:
        """Take in the next version; one that is there already is passed over, and so is one that cannot be read.

        The version in force is read as a whole besides, and refused there. An older one that a later creditbus reads
        no more counts as the one before it.
        """
        if self._versions and published.version <= self._versions[-1].version:
            return
        try:
            self._add(published)
        except (ConfigurationError, CatalogueError) as error:
            logger.warning("version %d of the declarations cannot be read any more: %s", published.version, error)

    def _add(self, published: PublishedCity) -> None:
        city = published.city()
        parties = {path: text for path, text in published.files.items() if path.startswith("subscribers/")}
        if (digest := _digest(parties)) not in self._grants:
            self._grants[digest] = _grants_of(city)
        if (of_items := _digest(published.catalogue)) not in self._items:
            self._items[of_items] = _items_of(city)
        self._versions.append(DeclaredGrants(published.version, self._grants[digest], self._items[of_items]))

    def history(self) -> GrantHistory:
        """Return all of them; there must be one."""
        return GrantHistory(self._versions)


def declared_grants(published: PublishedCity) -> DeclaredGrants:
    """Return what one version declares of grants.

    Raises:
        ConfigurationError, CatalogueError: this version of the product cannot read it.

    """
    city = published.city()
    return DeclaredGrants(published.version, _grants_of(city), _items_of(city))


def _grants_of(city: City) -> Mapping[str, Grant]:
    return {one.id: grant_of(one) for one in declared_subscribers(city.root)}


def _items_of(city: City) -> Mapping[str, Item]:
    return Catalogue.parse(raw_catalogue(city.catalogue)).items


def _digest(files: Mapping[str, str]) -> str:
    return sha256(repr(sorted(files.items())).encode()).hexdigest()
