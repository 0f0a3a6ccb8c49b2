"""What would become of the rows, by the very rules that intake applies. Nothing is sent and no server is asked."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from creditbus.connectors.configuration import Connector
from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.mapping.compiler import Columns
from creditbus.services.domain.reasons import Caution, Reason
from creditbus.services.domain.validation import Refused, compile_item
from creditbus.services.domain.validation.outcome import Finding

__all__ = ["Preview", "RefusedField", "preview"]

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RefusedField:
    """One reason to refuse one row. Holds a value of the row: show it to its department, never log it."""

    sheet: str
    row: int
    column: str
    """Field code; empty where the row as a whole is at fault."""
    value: str = field(repr=False)
    reason: Reason
    proposed: str = field(default="", repr=False)
    detail: str = ""


@dataclass(slots=True)
class Preview:
    """Counts of a preview, and its first findings."""

    columns: tuple[Columns, ...] = ()
    rows: int = 0
    publishable: int = 0
    refused: int = 0
    """Rows that intake would refuse: unreadable ones and natural persons included."""
    unreadable: int = 0
    withheld: int = 0
    normalised: int = 0
    """Rows with a cell that is trimmed or brought to half width."""
    reasons: Counter[Reason] = field(default_factory=Counter)
    """By primary reason, so that they add up to ``refused``."""
    cautions: Counter[Caution] = field(default_factory=Counter)
    caution_rows: dict[Caution, list[int]] = field(default_factory=dict)
    shown: list[RefusedField] = field(default_factory=list)


def preview(connector: Connector, today: date, *, limit: int | None = None, shown: int = _SHOWN) -> Preview:
    """Examine the rows of a connector.

    Args:
        connector: The connector.
        today: What counts as today for dates in the future.
        limit: Examine only so many rows; ``None`` for all.
        shown: Keep the findings of so many refused rows.

    Raises:
        SourceError: the source cannot be read.
    """
    source = connector.open()
    columns = tuple(connector.mapper.columns(table.columns) for table in source.discover())
    examination = _Examination(connector, today, shown, Preview(columns))
    return examination.run(islice(source.read(None), limit))


class _Examination:
    def __init__(self, connector: Connector, today: date, shown: int, result: Preview) -> None:
        self._mapper = connector.mapper
        self._validator = compile_item(connector.item)
        self._claim_fields = {column: name for name, column in connector.item.claims.items()}
        self._today = today
        self._most = shown
        self._result = result

    def run(self, rows: Iterable[Row | Defect]) -> Preview:
        result = self._result
        for row in rows:
            result.rows += 1
            if isinstance(row, Defect):
                result.unreadable += 1
                reason = Reason[row.reason.value]
                self._refuse(reason, [RefusedField(row.sheet, row.row, "", "", reason, detail=row.detail)])
            else:
                self._examine(row)
        return result

    def _examine(self, row: Row) -> None:
        result = self._result
        mapped = self._mapper(row, "preview")
        event = mapped.event
        result.withheld += mapped.withheld
        result.normalised += event["header"]["normalised"] > 0
        outcome = self._validator.examine(event["header"], event["claim"], event["content"], self._today)
        for caution in outcome.cautions:
            result.cautions[caution] += 1
            rows = result.caution_rows.setdefault(caution, [])
            if len(rows) < self._most:
                rows.append(row.row)
        if isinstance(outcome, Refused):
            findings = [self._finding(row, event, finding) for finding in outcome.findings]
            self._refuse(outcome.findings[0].reason, findings)
        else:
            result.publishable += 1

    def _refuse(self, primary: Reason, findings: list[RefusedField]) -> None:
        self._result.refused += 1
        self._result.reasons[primary] += 1
        if self._result.refused <= self._most:
            self._result.shown += findings

    def _finding(self, row: Row, event: Mapping[str, Any], finding: Finding) -> RefusedField:
        name = finding.field
        value = event["content"].get(name) or event["claim"].get(self._claim_fields.get(name, ""))
        return RefusedField(row.sheet, row.row, name, value or "", finding.reason, finding.proposed or "")
