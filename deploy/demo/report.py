"""What the demonstration shows: pure rendering of the facts that the commands gave."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from creditbus.deploy import messages
from creditbus.services.cli.language import spoken

__all__ = ["differences", "pairs", "side_by_side", "telling"]

_ABSENT = "–"
_WIDEST = 38
_ABOUT = ("item", "document_no", "state", "revision")

Record = Mapping[str, Any]
"""One change as a feed has it: feed, subject, record, act, content."""


def differences(found: Mapping[str, Mapping[str, Any]], true: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say where the ledger's counts are not the true ones, a sentence each."""
    sentences: list[str] = []
    for department, counts in true.items():
        for outcome, count in counts.items():
            actual = found.get(department, {}).get(outcome)
            if actual != count:
                said = messages.OTHER_COUNT(department=department, outcome=outcome, count=count, actual=actual)
                sentences.append(said)
    return sentences


def pairs(records: Iterable[Record], others: Iterable[Record]) -> list[tuple[Record, Record]]:
    """Find the changes that are in both of two feeds, in the order of the first."""
    known = {_identity(other): other for other in others}
    return [(record, known[_identity(record)]) for record in records if _identity(record) in known]


def telling(both: Iterable[tuple[Record, Record]]) -> list[tuple[Record, Record]]:
    """Choose the first change of each item in which the first subscriber gets a value that the second may not see."""
    chosen: dict[str, tuple[Record, Record]] = {}
    for mine, theirs in both:
        filled = {field for field, value in (mine["content"] or {}).items() if value is not None}
        if filled - set(theirs["content"] or {}):
            chosen.setdefault(mine["record"]["item"], (mine, theirs))
    return list(chosen.values())


def side_by_side(names: tuple[str, str], records: tuple[Record, Record]) -> Table:
    """Show one change as two subscribers get it; a field that does not exist for one of them has a dash."""
    left, right = ({**_about(record), **(record["content"] or {})} for record in records)
    table = Table(box=None, pad_edge=False)
    table.add_column(spoken(messages.FIELD))
    for name in names:
        table.add_column(name, max_width=_WIDEST, no_wrap=True, overflow="ellipsis")
    for field in [*left, *(field for field in right if field not in left)]:
        if left.get(field) is not None or right.get(field) is not None or (field in left) != (field in right):
            table.add_row(field, *(_shown(side, field) for side in (left, right)))
    return table


def _identity(record: Record) -> tuple[Any, ...]:
    about = record["record"]
    return (record["subject"]["code"], record["subject"]["version"], about["item"], about["document_no"])


def _about(record: Record) -> dict[str, Any]:
    return {"feed_seq": record["feed"]["feed_seq"]} | {name: record["record"][name] for name in _ABOUT}


def _shown(side: Mapping[str, Any], field: str) -> str:
    if field not in side:
        return _ABSENT
    value = side[field]
    return "" if value is None else str(value)
