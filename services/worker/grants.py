"""What a city declared of grants in each version: a change that was judged by an older one is shown by that."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources.abc import Traversable

from creditbus.avro_schemas.catalogue_files import item_folders, raw_catalogue, read_item
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Item
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.fanout.app import grant_of
from creditbus.topics.city.published import PublishedCity
from creditbus.topics.city.texts import KeptText, folder_of
from creditbus.topics.declarations import declared_subscribers
from creditbus.topics.errors import ConfigurationError

__all__ = ["GrantVersions", "declared_grants"]

logger = logging.getLogger(__name__)


class GrantVersions:
    """Takes in versions, the oldest first. What several versions have in common is read and kept once.

    A worker reads all versions that there ever were at its start, so a version costs what it changed, and no more.
    """

    def __init__(self) -> None:
        self._versions: list[DeclaredGrants] = []
        self._last: PublishedCity | None = None
        self._grants: dict[tuple[str, str], Mapping[str, Grant]] = {}

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
        grants = self._grants_of(published)
        items = self._items_of(published)
        self._versions.append(DeclaredGrants(published.version, grants, items))
        self._last = published

    def _grants_of(self, published: PublishedCity) -> Mapping[str, Grant]:
        subscribers = _subscribers(published)
        if self._last is not None and _subscribers(self._last) == subscribers:
            return self._versions[-1].grants
        found: dict[str, Grant] = {}
        for path, text in subscribers.items():
            if (path, text) not in self._grants:
                kept = KeptText(text, f"version {published.version}: {path}")
                self._grants[path, text] = _grants_in(folder_of({path: kept}, kept.origin))
            found |= self._grants[path, text]
        return found

    def _items_of(self, published: PublishedCity) -> Mapping[str, Item]:
        before = {} if self._last is None else self._last.catalogue
        now = published.catalogue
        changed = {_item_of(path) for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        known = self._versions[-1].items if self._versions else {}
        if not changed:
            return known
        files = {path: text for path, text in now.items() if _item_of(path) in changed}
        catalogue = replace(published, files=files).city().catalogue
        read = Catalogue.parse({folder.name: read_item(folder) for folder in item_folders(catalogue)}).items
        kept = {name: item for name, item in known.items() if name not in changed}
        return dict(sorted({**kept, **read}.items()))

    def history(self) -> GrantHistory:
        """Return all of them; there must be one."""
        return GrantHistory(self._versions)


def declared_grants(published: PublishedCity) -> DeclaredGrants:
    """Return what one version declares of grants.

    Raises:
        ConfigurationError, CatalogueError: this version of the product cannot read it.

    """
    city = published.city()
    items = Catalogue.parse(raw_catalogue(city.catalogue)).items
    return DeclaredGrants(published.version, _grants_in(city.root), items)


def _subscribers(published: PublishedCity) -> Mapping[str, str]:
    return {path: text for path, text in published.files.items() if path.startswith("subscribers/")}


def _item_of(path: str) -> str:
    """Return the item to which a file of the catalogue belongs: `catalogue/<item>/…`."""
    return path.split("/")[1]


def _grants_in(root: Traversable) -> Mapping[str, Grant]:
    return {one.id: grant_of(one) for one in declared_subscribers(root)}
