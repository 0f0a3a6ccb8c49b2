"""By when objections are to be answered, as an entry's ``objections`` states it."""

from dataclasses import dataclass
from datetime import date

from creditbus.services.domain.catalogue.reading import Reader

__all__ = ["ObjectionRule", "parse_objections"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRule:
    """How long the office that handles objections may take, under the rule in force from `effective_from`.

    Attributes:
        effective_from: the first day on which an objection is judged by it.
        effective_to: the last one; None while it is in force.
        working_days: the answer is due on this working day after the day of the objection.
        source: where the rule stands.
        verified: false for a rule that nobody has read at its source: it must not be shown as law.

    """

    effective_from: date
    effective_to: date | None
    working_days: int
    source: str
    verified: bool

    def in_force(self, on: date) -> bool:
        """Tell whether an objection of a day is judged by it."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


def parse_objections(reader: Reader) -> tuple[ObjectionRule, ...]:
    """Read the rules of an entry."""
    return tuple(_parse_rule(table) for table in reader.tables("objections"))


def _parse_rule(reader: Reader) -> ObjectionRule:
    rule = ObjectionRule(
        effective_from=reader.day("effective_from"),
        effective_to=reader.day("effective_to") if reader.has("effective_to") else None,
        working_days=reader.whole("working_days"),
        source=reader.text("source"),
        verified=reader.flag("verified") if reader.has("verified") else True,
    )
    reader.finish()
    return rule
