"""Until when a record is published, as an operator asks: by the rule in force, or by what it states.

It is found from the record as it is now and is kept nowhere: on another day, or by other rules, the answer may be
another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.catalogue.fields import Disclosure
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.profile.publication import End, Publication
from creditbus.services.domain.profile.record import Record, Term

__all__ = ["Published", "PublishedOn"]


@dataclass(frozen=True, slots=True)
class Published:
    """Where the publication of a record stands.

    Attributes:
        last: its last day, in days since 1970-01-01; None: it has no end, or nobody says any more when it was over.
        rule: by which it ends; empty: the record states its end itself, or has none.
        category: the class that the rule found the record to be of; empty likewise.
        verified: false for a rule that must not be shown as law.
        ended: it is over.
        overdue: it should be over, and the stage has not come to it yet.

    """

    last: int | None
    rule: str
    category: str
    verified: bool
    ended: bool
    overdue: bool


class PublishedOn:
    """What is said of records on a day.

    Args:
        catalogue: has the rules of their items.
        today: the day, in days since 1970-01-01.

    """

    def __init__(self, catalogue: Catalogue, today: int) -> None:
        self._rules: Final = {item.id: (item, Publication(item)) for item in catalogue}
        self._today: Final = today

    def of(self, record: Record, item: str, content: Mapping[str, str | None]) -> Published | None:
        """Return where the publication of a record stands.

        None: the record is not published, or is not for everybody and has no end.

        Args:
            record: the record.
            item: id of its item.
            content: its fields.

        """
        ended = record.state is RecordState.EXPIRED and record.term is Term.OVER
        if record.state in RETRACTED and not ended:
            return None
        entry, publication = self._rules[item]
        end = self._end(publication, record, content)
        if end is None:
            without = ended or entry.class_of(content) is Disclosure.PUBLIC
            return Published(None, "", "", verified=True, ended=ended, overdue=False) if without else None
        overdue = not ended and end.day <= self._today
        return Published(
            end.day - 1, end.source, end.category, verified=_is_verified(entry, end), ended=ended, overdue=overdue
        )

    def _end(self, publication: Publication, record: Record, content: Mapping[str, str | None]) -> End | None:
        values = tuple([(content.get(name) or "").encode() for name in publication.fields])
        if record.standing is RecordState.REPAIRED:
            return publication.end_of_repaired(values, self._today)
        return publication.end(values)


def _is_verified(item: Item, end: End) -> bool:
    return all(period.verified for period in item.publication.periods if period.source == end.source)
