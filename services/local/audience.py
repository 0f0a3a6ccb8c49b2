"""What each subscriber is shown of a change, or why it is shown nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import Applied
from creditbus.services.domain.feed.denial import Denial, denial, granted
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.withholding import Sight, sight
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.watching import Hop
from creditbus.topics import names
from creditbus.topics.parties import Subscriber

__all__ = ["Hidden", "Shown", "audience_of"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A record on a subscriber's feed, by the names of its filled fields; their values are in the feed alone."""

    subscriber: str
    sequence: int
    """Its number in its partition of the feed."""
    act: tuple[str, ...]
    content: tuple[str, ...]
    masked: tuple[str, ...]
    """Those of `content` that are shown in part."""
    left_out: tuple[str, ...]
    """Filled fields of the event's content that the feed does not have, or does not show for the class of the value."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A subscriber that is shown nothing."""

    subscriber: str
    why: Denial
    granted: str
    """What the grant says there, such as its districts; empty for `Denial.ITEM` and `Denial.CONSENT`."""


def audience_of(hop: Hop, catalogue: Catalogue, subscribers: Iterable[Subscriber]) -> Iterator[Shown | Hidden]:
    """Tell of each subscriber what fanout has given it for a change, by id.

    Args:
        hop: of the stage fanout.
        catalogue: what the bus carries.
        subscribers: whom the stage gives to.

    """
    header, content = hop.record["header"], hop.record["content"]
    item = catalogue.items[header["item"]]
    given = {one.topic: one.record for one in hop.sent}
    for subscriber in sorted(subscribers, key=lambda one: one.id):
        projection = Projection(grant_of(subscriber), item)
        grant = projection.grant
        record = given.get(names.feed(subscriber.id))
        if record is not None:
            yield _shown(projection, record, content)
            continue
        why = denial(
            grant,
            item=item.id,
            subject_kind=header["subject_kind"],
            district=header["applied"]["district"],
            on=city_day(hop.taken.timestamp),
            consents=frozenset((one["receiver"], one["purpose"]) for one in header["applied"]["consents"]),
        )
        if why is None and _withheld(projection, header["applied"], content):
            why = Denial.VALUE
        if why is not None:
            yield Hidden(subscriber.id, why, granted(grant, why))


def _withheld(projection: Projection, applied: Applied, content: Mapping[str, str | None]) -> bool:
    value = None if projection.gate is None else content[projection.gate.code]
    before = applied["before"]
    return sight(projection, value, applied, "" if before is None else before["gate"]) is Sight.NOTHING


def _shown(projection: Projection, record: Mapping[str, Any], content: Mapping[str, str | None]) -> Shown:
    shown = record["content"]
    filled = [name for name, value in shown.items() if value is not None]
    masks = {field.code for field in projection.fields if field.mask is not None}
    hidden = {name for name in projection.partial if shown[name] is None}
    return Shown(
        projection.grant.subscriber,
        record["feed"]["feed_seq"],
        tuple(name for name, value in record["act"].items() if value is not None),
        tuple(filled),
        tuple(name for name in filled if name in masks),
        tuple(name for name, value in content.items() if value is not None and (name not in shown or name in hidden)),
    )
