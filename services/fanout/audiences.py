"""To whom the changes of an item go, and what they are shown, under each policy."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date

from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.event import Policy
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.policy import GrantHistory, policy_at
from creditbus.services.engine.errors import AheadError
from creditbus.services.fanout.change import ChangeReader
from creditbus.services.fanout.showing import Showing, showing_of

__all__ = ["Audiences", "Outlet"]


class Outlet:
    """Changes of one item under one grant.

    Attributes:
        grant: the grant.
        subscriber: its id.
        item: the item's.
        projection: what the outlet writes.
        showing: the same, as bytes.
        shows: what it shows; another outlet of the subscriber's with the same shows the same of every record.
        frame: of its schema; absent until that is registered, so that nothing is written without one.

    """

    __slots__ = ("frame", "grant", "item", "projection", "showing", "shows", "subscriber")
    frame: bytes

    def __init__(self, grant: Grant, item: Item, written: Item, reader: ChangeReader) -> None:
        """Make one of a version's grant and item; `written` is the item as events have it now.

        Of `written` only the places of the fields count. What may be seen, and so what was shown, is said by the
        version's own item: by the rules of now a record that was shown could look as if it never had been.
        """
        self.projection = Projection(grant, item)
        self.showing: Showing = showing_of(self.projection, reader, tuple(written.fields))
        self.shows = self.showing.shows
        self.grant = grant
        self.subscriber = grant.subscriber
        self.item = item.id


class Audiences:
    """All outlets of the versions that a change may name.

    A subscriber that is gone has none, in no version: from then on nothing goes there. One that comes back has none in
    the versions before that: what was emitted by them may have passed while nothing went there.
    """

    def __init__(self, catalogue: Catalogue, history: GrantHistory, reader: ChangeReader) -> None:
        self._newest = history.newest.version
        self._outlets: dict[tuple[str, str], list[tuple[Grant, Item, Outlet]]] = {}
        self._since: dict[str, list[int]] = {}
        self._of: dict[str, list[Sequence[Outlet]]] = {}
        self._reader = reader
        since = {subscriber: history.since(subscriber) for subscriber in history.newest.grants}
        for item in catalogue:
            versions, outlets = self._since.setdefault(item.id, []), self._of.setdefault(item.id, [])
            for version, grants, declared in history.turns(item.id):
                present = [grant for grant in grants if version >= since.get(grant.subscriber, math.inf)]
                versions.append(version)
                outlets.append([self._outlet(grant, declared, item) for grant in present])

    def _outlet(self, grant: Grant, item: Item, written: Item) -> Outlet:
        made = self._outlets.setdefault((grant.subscriber, item.id), [])
        for known, shown, outlet in made:
            if known == grant and shown == item:
                return outlet
        made.append((grant, item, Outlet(grant, item, written, self._reader)))
        return made[-1][2]

    def __iter__(self) -> Iterator[Outlet]:
        """Iterate over all outlets."""
        return (outlet for made in self._outlets.values() for _, _, outlet in made)

    def knows(self, policy: Policy) -> bool:
        """Tell whether a policy is of a version that is known; a change of before there were policies has none.

        Raises:
            AheadError: it is of a later one.

        """
        if policy["version"] > self._newest:
            raise AheadError(policy["version"])
        return policy["version"] > 0 or self._newest == 0

    def at(self, on: date) -> Policy:
        """Return the policy of a day under the version in force; of any item, for its day is not brought to a turn."""
        return policy_at(self._newest, on)

    def of(self, item: str, policy: Policy) -> Sequence[Outlet]:
        """Return the outlets of an item under a policy."""
        place = bisect_right(self._since[item], policy["version"])
        return self._of[item][place - 1] if place else ()
