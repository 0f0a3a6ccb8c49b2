"""Which column may fill which field, where no template knows the columns: by their names, and by what they hold."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from creditbus.connectors.common.titles import folded
from creditbus.services.domain.catalogue import Field, Item
from creditbus.services.domain.identifiers import uscc

__all__ = ["FieldGuess", "field_guesses"]

_LEAST = 0.5
"""A guess of a lower score is not shown: half of the letters of two titles are alike by chance."""
_PART = 0.6
_VALUES = 0.9
"""Share of a column's values that a code or a list of values has to fit, and what such a fit is worth at most."""
_ROLE = 0.8
_LEAST_LETTERS = 2
_NOTE = re.compile(r"\([^()]*\)")
"""A unit or a remark in a title: 罚款(元)."""
_NAME = re.compile(r"\{(?:claim\.)?(\w+)\}")
_NAMES = ("当事人", "相对人", "企业名称", "单位名称", "主体名称", "公司名称")
_CODES = ("信用代码", "统一代码", "社会信用代码", "统一社会信用代码")
_NUMBERS = ("文号", "文书号", "决定书编号", "决定书文号", "案号")
_AUTHORITIES = ("机关", "执法机关", "决定机关", "执法单位", "处罚机关")


class FieldGuess(NamedTuple):
    """One column that may fill one field."""

    part: str
    """content or claim."""
    field: str
    column: str
    score: float
    """From 0 to 1; 1: the column has the name of the field."""


def field_guesses(
    item: Item, known: Mapping[tuple[str, str], Sequence[str]], samples: Mapping[str, Sequence[str]]
) -> list[FieldGuess]:
    """Guess, the best first; each field and each column at most once.

    Args:
        item: The catalogue item.
        known: Names that the templates of the item know for columns, by part and field.
        samples: Some values of every column, by its name; none where nobody could look.
    """
    tried = sorted(
        (
            FieldGuess(part, field, column, round(score, 2))
            for column, values in samples.items()
            for part, field, score in _scores(item, known, column, values)
            if score >= _LEAST
        ),
        key=lambda one: -one.score,
    )
    fields: set[tuple[str, str]] = set()
    columns: set[str] = set()
    chosen = []
    for one in tried:
        if (one.part, one.field) not in fields and one.column not in columns:
            chosen.append(one)
            fields.add((one.part, one.field))
            columns.add(one.column)
    return chosen


def _scores(
    item: Item, known: Mapping[tuple[str, str], Sequence[str]], column: str, values: Sequence[str]
) -> Iterator[tuple[str, str, float]]:
    roles = _roles(item)
    for code, field in item.fields.items():
        names = (code, field.title, *known.get(("content", code), ()))
        by_role = _ROLE if folded(column) in roles.get(code, ()) else 0.0
        yield "content", code, max(_likeness(column, names), by_role, _fits(field, values))
    for claim, code in item.claims.items():
        score = _likeness(column, (code, *known.get(("claim", claim), ())))
        if claim == item.code_field:
            score = max(score, _ROLE if folded(column) in map(folded, _CODES) else 0, _share_of_codes(values))
        yield "claim", claim, score


def _roles(item: Item) -> Mapping[str, frozenset[str]]:
    """Return what departments call the fields that name subject, document and authority."""
    key = item.natural_key
    named = {item.name_field: _NAMES}
    named |= dict.fromkeys(_NAME.findall(key.document_no), _NUMBERS)
    named |= dict.fromkeys(_NAME.findall(key.authority_name), _AUTHORITIES)
    return {field: frozenset(map(folded, names)) for field, names in named.items()}


def _likeness(column: str, names: Iterable[str]) -> float:
    return max((_alike(folded(column), folded(name)) for name in names), default=0.0)


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    one, other = _NOTE.sub("", one), _NOTE.sub("", other)
    short, long = sorted((one, other), key=len)
    if len(short) >= _LEAST_LETTERS and short in long:
        return _PART + (1 - _PART) * len(short) / len(long) - 0.01
    return SequenceMatcher(None, one, other).ratio() * _VALUES


def _fits(field: Field, values: Sequence[str]) -> float:
    """Return the share of values that a field with a list of values admits, where it is large."""
    if not field.values or not values:
        return 0.0
    share = sum(map(field.admits, values)) / len(values)
    return share * _VALUES if share >= _VALUES else 0.0


def _share_of_codes(values: Sequence[str]) -> float:
    share = sum(uscc.fault(value) is None for value in values) / len(values) if values else 0.0
    return share if share >= _VALUES else 0.0
