"""What a batch of a feed's records changes in a copy: for each key the newest alone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from creditbus.services.domain.evidence.retraction import RETRACTING
from creditbus.services.subscriber.batch import Change
from creditbus.services.subscriber.table_model import Row, TableModel

__all__ = ["Key", "Plan", "key_at", "key_of", "plan_changes", "takes_away"]

#: Subject, deciding authority, document number: the values of `table_model.KEY`.
Key = tuple[str, str, str]


@dataclass(slots=True, repr=False)
class Plan:
    """What is to be written, by table and key.

    Attributes:
        models: of the tables, one for each version of a schema among the records; the newest of a table last.
        rows: row and the place of its model in `models`, for a record that is shown; None: the row goes.

    """

    models: list[TableModel] = field(default_factory=list)
    rows: dict[str, dict[Key, tuple[int, Row] | None]] = field(default_factory=dict)

    def removed(self, table: str) -> list[Key]:
        """Return the keys whose rows go from a table."""
        return [key for key, row in self.rows[table].items() if row is None]

    def kept(self, table: str) -> Mapping[int, list[Row]]:
        """Return the rows that are to stand in a table afterwards, by the place of their model."""
        found: dict[int, list[Row]] = {}
        for row in self.rows[table].values():
            if row is not None:
                found.setdefault(row[0], []).append(row[1])
        return found

    def counts(self) -> Counter[bool]:
        """Return how many rows stay (True) and go (False)."""
        return Counter(row is not None for table in self.rows.values() for row in table.values())


def key_of(fields: Mapping[str, Any]) -> Key:
    """Return the key of a feed's decoded record within its item."""
    record = fields["record"]
    return fields["subject"]["code"], record["authority"], record["document_no"]


def key_at(row: Row, places: Sequence[int]) -> Key:
    """Return the key of a row whose values stand at these places."""
    subject, authority, document = (row[place] for place in places)
    return subject, authority, document


def takes_away(fields: Mapping[str, Any]) -> bool:
    """Whether a feed's decoded record says that the record of its key is to be shown no more."""
    return fields["record"]["state"] in RETRACTING


def plan_changes(changes: Iterable[Change]) -> Plan:
    """Return what records change, in the order in which a copy reads them.

    Only the order within a key counts: a key has one partition.
    """
    plan = Plan()
    places: dict[int, int] = {}
    for model, _, _, fields in changes:
        place = places.get(id(model))
        if place is None:
            place = places[id(model)] = len(plan.models)
            plan.models.append(model)
        rows = plan.rows.setdefault(model.name, {})
        rows[key_of(fields)] = None if takes_away(fields) else (place, model.row(fields))
    return plan
