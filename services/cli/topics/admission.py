"""What declared grants name and can never get: said with a plan, which goes on, for that gives nothing away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditbus.topics.city import current_city
from creditbus.topics.declarations import declarations
from creditbus.topics.document import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditbus.topics.text import Text

__all__ = ["admission_warnings"]


def admission_warnings() -> Iterator[Text]:
    """Give everything that declared grants name in vain, each in one line with file, line, key and fix."""
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.cli.city.never_admitted import never_admitted_error
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.domain.feed.never_admitted import never_admitted
    from creditbus.services.fanout.app import grant_of

    declared, items = declarations(), Catalogue.parse(raw_catalogue()).items
    for name, subscriber in declared.subscribers.items():
        found = list(never_admitted(grant_of(subscriber), items, declared.departments.values()))
        if found:
            section = read(current_city().root / "subscribers" / f"{name}.yaml")
            yield from (never_admitted_error(one, subscriber, section).text() for one in found)
