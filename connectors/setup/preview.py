"""What would become of the rows, by the very rules that intake applies. Nothing is sent.

No server is asked either, unless the caller brings a comparison with what the bus holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from creditbus.connectors.contract import Defect, Remarking, Row
from creditbus.connectors.mapping.compiler import Columns, Mapped
from creditbus.connectors.run.notices import Notices, Pair
from creditbus.connectors.run.outgoing import half_a_character, is_whole
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.domain.entitlement import HEADER_AUTHORITY
from creditbus.services.domain.invisible import invisible_at
from creditbus.services.domain.profile.standing import Standing
from creditbus.services.domain.reasons import AnyReason, Caution, Reason
from creditbus.services.domain.validation import Admitted, Refused
from creditbus.services.domain.validation.outcome import Finding

__all__ = ["Cause", "Compare", "Judge", "Preview", "RefusedField", "RowFate", "preview"]

_SHOWN = 50
_OF_FORM = ("ID_", "DATE_", "NUMBER_", "ENUM_")
_COMPARED_TOGETHER = 500
_ROWS_NAMED = 5

Compare = Callable[[Sequence[tuple[Mapping[str, Any], Admitted]]], Sequence[Standing]]
"""Says how admitted events stand to what the bus holds."""
Judge = Callable[[Mapping[str, Any], Row], None]
"""Writes into an event whether it is a later word, as a run would."""


@dataclass(frozen=True, slots=True)
class RefusedField:
    """One reason to refuse one row. Holds a value of the row: show it to its department, never log it."""

    sheet: str
    row: int
    column: str
    """Field code; empty where the row as a whole is at fault."""
    value: str = field(repr=False)
    reason: AnyReason
    proposed: str = field(default="", repr=False)
    detail: str = ""
    at: str = ""
    """A blank or another character without ink inside the value, such as ``U+0020 at 5``."""


@dataclass(slots=True)
class Cause:
    """What refuses one row or several alike: one field, one value, one reason. Show it as a `RefusedField`."""

    first: RefusedField
    """Of the first row."""
    count: int = 0
    """How many rows it refuses."""
    rows: list[int] = field(default_factory=list)
    """Numbers of the first of them."""


@dataclass(slots=True)
class RowFate:
    """What would become of one row. Holds a name of the row: show it to its department, never log it."""

    sheet: str
    row: int
    becomes: str
    """published, refused, unreadable or withheld; where the bus was asked, a `Standing` in place of published."""
    document_no: str = ""
    subject_name: str = field(default="", repr=False)
    findings: list[RefusedField] = field(default_factory=list, repr=False)
    cautions: tuple[Caution, ...] = ()


@dataclass(slots=True)
class Preview:
    """Counts of a preview, and its first findings."""

    columns: tuple[Columns, ...] = ()
    remarks: tuple[str, ...] = ()
    """What the source found in addition to its rows, such as sheets that are not read."""
    rows: int = 0
    publishable: int = 0
    refused: int = 0
    """Rows that intake would refuse: unreadable ones and natural persons included."""
    unreadable: int = 0
    withheld: int = 0
    """Rows about natural persons: nothing of them is sent."""
    withheld_rows: list[int] = field(default_factory=list)
    """Numbers of the first of them."""
    cleared: int = 0
    """Cells out of which a citizen's number is taken before they are sent."""
    cleared_rows: list[int] = field(default_factory=list)
    normalised: int = 0
    """Rows with a cell that is trimmed or brought to half width."""
    reasons: Counter[AnyReason] = field(default_factory=Counter)
    """By primary reason, so that they add up to ``refused``."""
    cautions: Counter[Caution] = field(default_factory=Counter)
    caution_rows: dict[Caution, list[int]] = field(default_factory=dict)
    shown: list[RefusedField] = field(default_factory=list)
    """Of the first refused rows."""
    causes: list[Cause] = field(default_factory=list)
    """The first different causes, each counted through all rows."""
    rows_of_other_causes: int = 0
    """Rows that are refused for a cause which is not among the first, perhaps in addition to one that is."""
    standings: Counter[Standing] = field(default_factory=Counter)
    """Of the publishable rows, where the bus was asked; empty where it was not."""
    one_key_two_rows: tuple[Pair, ...] = ()
    """The first pairs of rows of one decision about one party that say different things."""
    fates: list[RowFate] = field(default_factory=list)
    """Of each row, where only some were asked for."""


def preview(
    connector: Connector,
    today: date,
    *,
    limit: int | None = None,
    shown: int = _SHOWN,
    compare: Compare | None = None,
    judge: Judge | None = None,
) -> Preview:
    """Examine the rows of a connector.

    Args:
        connector: The connector.
        today: What counts as today for dates in the future.
        limit: Maximum number of rows to examine; ``None`` for all.
        shown: Maximum number of refused rows whose findings are kept, and of causes.
        compare: Asks the bus how the publishable rows stand to what it holds; ``None``: nobody is asked.
        judge: Says of each row whether it is a later word, before the bus is asked.

    Raises:
        SourceError: the source cannot be read.
    """
    source = connector.open()
    columns = tuple(connector.mapper.columns(table.columns) for table in source.discover() if table.is_read)
    examination = _Examination(connector, today, shown, Preview(columns), compare, each=limit is not None)
    examination.judge = judge
    result = examination.run(islice(source.read(None), limit))
    result.remarks = tuple(source.remarks()) if isinstance(source, Remarking) else ()
    return result


class _Examination:
    def __init__(
        self, connector: Connector, today: date, shown: int, result: Preview, compare: Compare | None, *, each: bool
    ) -> None:
        self._mapper = connector.mapper
        self._validator = connector.validator()
        self._claim_fields = {column: name for name, column in connector.item.claims.items()}
        self._today = today
        self._most = shown
        self._result = result
        self._compare = compare
        self.judge: Judge | None = None
        self._each = each
        self._notices = Notices(connector.mapper, accepted=True)
        self._causes: dict[RefusedField, Cause] = {}
        self._waiting: list[tuple[Mapping[str, Any], Admitted, RowFate]] = []

    def run(self, rows: Iterable[Row | Defect]) -> Preview:
        result, notices = self._result, self._notices
        for row in rows:
            result.rows += 1
            fate = self._unreadable(row) if isinstance(row, Defect) else self._examine(row)
            if self._each:
                result.fates.append(fate)
        self._compare_waiting()
        if notices.count_of_pairs:
            result.cautions[Caution.ONE_KEY_TWO_ROWS] = notices.count_of_pairs
            result.caution_rows[Caution.ONE_KEY_TWO_ROWS] = [
                row for one in notices.pairs for row in (one.first.row, one.second.row)
            ]
        result.one_key_two_rows = tuple(notices.pairs)
        return result

    def _unreadable(self, row: Defect) -> RowFate:
        self._result.unreadable += 1
        reason = Reason[row.reason.value]
        findings = [RefusedField(row.sheet, row.row, "", "", reason, detail=row.detail)]
        self._refuse(reason, findings)
        return RowFate(row.sheet, row.row, "unreadable", findings=findings)

    def _examine(self, row: Row) -> RowFate:
        result = self._result
        mapped = self._mapper(row, "preview")
        event = mapped.event
        if not is_whole(event):
            return self._unreadable(half_a_character(row))
        header = event["header"]
        self._count_persons(row, mapped)
        self._notices.take(row, mapped)
        result.normalised += header["normalised"] > 0
        outcome = self._validator.examine(header, event["claim"], event["content"], self._today)
        fate = RowFate(row.sheet, row.row, "published", header["document_no"], header["subject_name"])
        fate.cautions = outcome.cautions
        for caution in outcome.cautions:
            result.cautions[caution] += 1
            rows = result.caution_rows.setdefault(caution, [])
            if len(rows) < self._most:
                rows.append(row.row)
        if isinstance(outcome, Refused):
            fate.findings = [self._finding(row, event, finding) for finding in outcome.findings]
            fate.becomes = "withheld" if mapped.withheld else "refused"
            self._refuse(outcome.findings[0].reason, fate.findings)
        else:
            result.publishable += 1
            if self._compare is not None:
                if self.judge is not None:
                    self.judge(event, row)
                self._waiting.append((event, outcome, fate))
                if len(self._waiting) >= _COMPARED_TOGETHER:
                    self._compare_waiting()
        return fate

    def _count_persons(self, row: Row, mapped: Mapped) -> None:
        result = self._result
        result.withheld += mapped.withheld
        result.cleared += mapped.cleared
        if mapped.withheld and len(result.withheld_rows) < self._most:
            result.withheld_rows.append(row.row)
        if mapped.cleared and len(result.cleared_rows) < self._most:
            result.cleared_rows.append(row.row)

    def _compare_waiting(self) -> None:
        if self._compare is None or not self._waiting:
            return
        found = self._compare([(event, outcome) for event, outcome, _ in self._waiting])
        for (_, _, fate), standing in zip(self._waiting, found, strict=True):
            self._result.standings[standing] += 1
            fate.becomes = standing.value
        self._waiting.clear()

    def _refuse(self, primary: AnyReason, findings: list[RefusedField]) -> None:
        self._result.refused += 1
        self._result.reasons[primary] += 1
        if self._result.refused <= self._most:
            self._result.shown += findings
        listed = [self._count_cause(finding) for finding in findings]
        self._result.rows_of_other_causes += not all(listed)

    def _count_cause(self, finding: RefusedField) -> bool:
        """Count a row to its cause; False where there is no room for another one."""
        alike = replace(finding, row=0)
        cause = self._causes.get(alike)
        if cause is None:
            if len(self._causes) >= self._most:
                return False
            cause = self._causes[alike] = Cause(finding)
            self._result.causes.append(cause)
        cause.count += 1
        if len(cause.rows) < _ROWS_NAMED:
            cause.rows.append(finding.row)
        return True

    def _finding(self, row: Row, event: Mapping[str, Any], finding: Finding) -> RefusedField:
        name = finding.field
        value = event["content"].get(name) or event["claim"].get(self._claim_fields.get(name, ""))
        if name == HEADER_AUTHORITY:
            value = event["header"]["authority"]
        is_of_form = finding.reason.value.startswith(_OF_FORM) and finding.reason is not Reason.DATE_WITH_TIME
        place = invisible_at(value) if value and is_of_form else ""
        return RefusedField(row.sheet, row.row, name, value or "", finding.reason, finding.proposed or "", at=place)
