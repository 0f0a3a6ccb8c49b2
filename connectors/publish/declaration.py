"""Tells the bus how many records a department says that it produced."""

import time
from collections.abc import Callable
from datetime import date

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.publish import messages
from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.entitlement import is_entitled
from creditbus.services.domain.statements import Declaration
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from creditbus.topics.names import STATEMENTS, ingest

__all__ = ["declare"]


def declare(
    connection: Connection,
    department: str,
    item: str,
    days: tuple[date, date],
    count: int,
    *,
    clock: Callable[[], float] = time.time,
) -> Declaration:
    """Declare a count; a later declaration for the same item and days replaces it.

    Args:
        connection: where the bus is.
        department: who declares.
        item: catalogue item.
        days: first and last day of the period in which the records were decided.
        count: how many there were.
        clock: seconds since 1970 UTC.

    Raises:
        ConfigurationError: the department may not publish the item.
        PublishError: no broker answers.
    """
    declared = declarations().departments.get(department)
    entitled = (
        [] if declared is None else [one.id for one in Catalogue.parse(raw_catalogue()) if is_entitled(one, declared)]
    )
    if item not in entitled:
        fix = messages.MAY_PUBLISH(entitled=", ".join(sorted(entitled)) or messages.NOTHING_SEE_DEPARTMENTS())
        raise ConfigurationError("--item", messages.MAY_NOT_PUBLISH(department=department, item=item), fix)
    declaration = Declaration(department, item, *days, count, int(clock() * 1000))
    with Publisher(connection.bootstrap_servers, f"declarations-{department}", ingest(department)) as publisher:
        publisher.fence()
        publisher.commit([], [Beside(STATEMENTS, declaration.key, declaration.encode())])
    return declaration
