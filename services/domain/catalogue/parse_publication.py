"""Reads the ``publication`` of an entry, and the fields that it counts by."""

from collections.abc import Mapping
from datetime import date

from creditbus.services.domain.catalogue.fields import Field, Format
from creditbus.services.domain.catalogue.item import Stated
from creditbus.services.domain.catalogue.parse_rules import read_date, read_when
from creditbus.services.domain.catalogue.publication import PublicationPeriod, PublicationRules
from creditbus.services.domain.catalogue.reading import Reader
from creditbus.services.domain.catalogue.remedies import Remedy

__all__ = ["parse_publication"]


def parse_publication(reader: Reader, fields: Mapping[str, Field], ordinary: Stated) -> PublicationRules:
    """Read when records end to be published.

    Args:
        reader: of the entry.
        fields: of the item.
        ordinary: the event that content states where it states no other: the periods count from its decision, unless
            the entry names another field.

    """
    periods = tuple(_parse_period(table, fields) for table in reader.tables("publication"))
    start = _date(reader, "publication_from", fields)
    if not start and periods:
        decided = dict(ordinary.act).get("decided_on", "")
        start = decided if decided and fields[decided].format is Format.DATE else ""
    return PublicationRules(periods=periods, start=start, until=_date(reader, "publication_until", fields))


def _parse_period(reader: Reader, fields: Mapping[str, Field]) -> PublicationPeriod:
    when_field, when_values = read_when(reader, fields) if reader.has("when") else ("", frozenset[str]())
    period = PublicationPeriod(
        category=reader.text("class"),
        effective_from=reader.day("effective_from"),
        effective_to=_optional_day(reader, "effective_to"),
        min_months=reader.whole("min_months"),
        max_months=reader.whole("max_months"),
        source=reader.text("source"),
        verified=reader.flag("verified") if reader.has("verified") else True,
        when_field=when_field,
        when_values=when_values,
    )
    if period.max_months < period.min_months:
        reader.fail("max_months", Remedy.MAX_MONTHS)
    reader.finish()
    return period


def _optional_day(reader: Reader, key: str) -> date | None:
    return reader.day(key) if reader.has(key) else None


def _date(reader: Reader, key: str, fields: Mapping[str, Field]) -> str:
    return read_date(reader, key, fields) if reader.has(key) else ""
