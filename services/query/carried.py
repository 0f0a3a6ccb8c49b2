"""Refuses records of the bus of which the city by which a command goes has no item."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.profile.keys import item_of
from creditbus.services.query import messages
from creditbus.topics.city import current_city
from creditbus.topics.errors import UserError

__all__ = ["expect_carried"]


def expect_carried(catalogue: Catalogue, name: bytes) -> None:
    """Look whether the item of a record is known; `name` is the record's key within its subject.

    Raises:
        UserError: the folder of a city has it no more, as an item that was closed, or is not the folder of this bus.

    """
    item = item_of(name).decode()
    if catalogue.item(item) is None:
        raise UserError(item, messages.NOT_IN_THE_CITY(city=current_city().origin), messages.BY_THE_BUS())
