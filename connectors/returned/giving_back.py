"""Makes of refused rows what their department corrects: its own columns, the refused cells marked, the reasons."""

import contextlib
from collections.abc import Callable, Iterable, Sequence

from creditbus.connectors.common.field_names import admitted_instead, field_name
from creditbus.connectors.common.titles import folded
from creditbus.connectors.contract import Column
from creditbus.connectors.errors import UserError
from creditbus.connectors.returned import messages
from creditbus.connectors.returned.details import in_both
from creditbus.connectors.returned.originals import Original, originals
from creditbus.connectors.returned.rejection import Fault, Rejection
from creditbus.connectors.returned.sheets import Reference, ReturnedSheet, ReturnedSheetRow
from creditbus.connectors.setup.configuration import Connector
from creditbus.topics.text import Text

__all__ = ["column_names", "returned_sheet"]

_ASKED_OVER_A_NETWORK = {"http", "sql"}


def column_names(connector: Connector) -> Callable[[str], str | None]:
    """Return what tells the column that fills a field, by the field's code, as the department calls it.

    By the names of the source; where it is away, or elsewhere than on this machine, by those of the mapping.
    """
    have: list[str] = []
    if connector.kind.name not in _ASKED_OVER_A_NETWORK:
        with contextlib.suppress(UserError):
            have = [column.name for table in connector.open().discover() for column in table.columns]
    if not have:
        have = [name for target in connector.mapper.targets() for name in target.columns]
    # several sheets have one column, and several fields of a mapping take one
    once = list({folded(name): name for name in reversed(have)}.values())
    return lambda field: connector.mapper.column_of(field, once)


def returned_sheet(connector: Connector, rejections: Sequence[Rejection]) -> ReturnedSheet:
    """Put the refused rows of one connector into its columns; errors as of `originals`."""
    columns, found = originals(connector, rejections)
    return ReturnedSheet(connector.id, columns, [_row(connector, columns, one) for one in found])


def _row(connector: Connector, columns: Iterable[Column], one: Original) -> ReturnedSheetRow:
    rejection = one.rejection
    have = [column.name for column in columns]
    marked = {connector.mapper.column_of(fault.field, have) for fault in rejection.faults} - {None}
    reasons = [_bilingual(connector, fault) for fault in rejection.faults]
    if one.detail:
        reasons += dict.fromkeys((in_both(one.detail).zh, one.detail))
    if one.text:
        reasons.append(_both(messages.ORIGINAL()) + f": {one.text}")
    if one.lost:
        reasons.append(_both(messages.FILL_IN_AGAIN()) + f": {', '.join(sorted(one.lost))}")
    reference = Reference(connector.id, rejection.place, rejection.rejected_at)
    cells = frozenset(name for name in marked if name is not None) | one.lost
    return ReturnedSheetRow(reference, one.cells, cells, "\n".join(reasons))


def _both(text: Text) -> str:
    return f"{text.zh} {text}"


def _bilingual(connector: Connector, fault: Fault) -> str:
    item = connector.item
    known = item.reason(fault.reason)
    admitted = admitted_instead(item, fault.field, fault.reason, connector.authorities)
    sentences = f"{known.zh}{admitted.zh} {known.sentence} {admitted} " if known is not None else ""
    proposed = f" → {fault.proposed}" if fault.proposed else ""
    return f"{field_name(item, fault.field).zh} {sentences.replace('  ', ' ')}[{fault.reason}]{proposed}".strip()
