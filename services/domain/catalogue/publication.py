"""How long records of an item are published, as an entry's ``publication`` states it."""

from dataclasses import dataclass
from datetime import date

__all__ = ["PublicationPeriod", "PublicationRules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPeriod:
    """How long a class of records is published, in months, under the rule in force from `effective_from`.

    Attributes:
        category: the class, in the words of the rule.
        effective_from: the rule's first day.
        effective_to: its last day; None while it is in force.
        min_months: a record that is repaired is published for as long as this.
        max_months: no record is published for longer.
        source: where the rule stands.
        verified: false for a rule that nobody has read at its source: it must not be shown as law.
        when_field: content field that tells the class; empty: the class is that of records of no other one.
        when_values: the values of it that do.

    """

    category: str
    effective_from: date
    effective_to: date | None
    min_months: int
    max_months: int
    source: str
    verified: bool = True
    when_field: str = ""
    when_values: frozenset[str] = frozenset()

    def in_force(self, on: date) -> bool:
        """Tell whether the rule is in force on a day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRules:
    """When the records of an item end to be published.

    Attributes:
        periods: the rules; empty: no rule ends it.
        start: content field with the day from which they count; empty: no rule acts.
        until: content field with the last day that the record itself states; empty: it states none.

    """

    periods: tuple[PublicationPeriod, ...] = ()
    start: str = ""
    until: str = ""

    @property
    def acts(self) -> bool:
        """Tell whether a record of the item may end."""
        return bool(self.until or (self.periods and self.start))
