"""Which column may fill which field, where no template knows the columns: by their names, and by what they hold."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from creditbus.connectors.common.titles import folded
from creditbus.services.domain.catalogue import Field, Format, Item
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
_CODE_OF = re.compile(r"(.+?)(?:统一|社会|信用)*代码")
"""Whose code a title names: 处罚机关代码."""
_ANY_AUTHORITY = "机关"


_ORGANS = frozenset(map(folded, _AUTHORITIES))
_OWNED = 0.9
"""Of a column whose title says whose code it holds: more than 处罚机关代码 has in common with the name 处罚机关."""


class FieldGuess(NamedTuple):
    """One column that may fill one field."""

    part: str
    """content or claim."""
    field: str
    column: str
    score: float
    """From 0 to 1; 1: the column has the name of the field."""


def field_guesses(
    item: Item,
    known: Mapping[tuple[str, str], Sequence[str]],
    samples: Mapping[str, Sequence[str]],
    titles: Mapping[str, str] | None = None,
) -> list[FieldGuess]:
    """Guess, the best first; each field and each column at most once.

    Args:
        item: The catalogue item.
        known: Names that the templates of the item know for columns, by part and field.
        samples: Some values of every column, by its name; none where nobody could look.
        titles: What the source calls a column in words, such as the comment of a database; by its name.
    """
    tried = sorted(
        (
            FieldGuess(part, field, column, round(score, 2))
            for column, values in samples.items()
            for part, field, score in _scores(item, known, _called(column, titles), values)
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
    item: Item, known: Mapping[tuple[str, str], Sequence[str]], called: Sequence[str], values: Sequence[str]
) -> Iterator[tuple[str, str, float]]:
    roles = _roles(item)
    owner = next(filter(None, map(_owner, called)), "")
    for code, field in item.fields.items():
        names = (code, field.title, *known.get(("content", code), ()))
        by_role = _ROLE if roles.get(code, frozenset()).intersection(map(folded, called)) else 0.0
        by_owner = _OWNED if owner and owner in _owners(item, field) else 0.0
        yield "content", code, max(_likeness(called, names), by_role, by_owner, _fits(field, values))
    for claim, code in item.claims.items():
        score = _likeness(called, (code, *known.get(("claim", claim), ())))
        if claim == item.code_field:
            by_role = _ROLE if set(map(folded, _CODES)).intersection(map(folded, called)) else 0.0
            # codes of authorities are right ones, too: taken for the subject's, they put all records on the authority
            is_authoritys = owner.endswith(_ANY_AUTHORITY) or owner in _ORGANS
            score = max(score, by_role, 0.0 if is_authoritys else _share_of_codes(values))
        yield "claim", claim, score


def _roles(item: Item) -> Mapping[str, frozenset[str]]:
    """Return what departments call the fields that name subject, document and authority."""
    key = item.natural_key
    named = {item.name_field: _NAMES}
    named |= dict.fromkeys(_NAME.findall(key.document_no), _NUMBERS)
    named |= dict.fromkeys(_NAME.findall(key.authority_name), _AUTHORITIES)
    return {field: frozenset(map(folded, names)) for field, names in named.items()}


def _called(column: str, titles: Mapping[str, str] | None) -> tuple[str, ...]:
    title = (titles or {}).get(column, "")
    return (column, title) if title else (column,)


def _owner(title: str) -> str:
    """Return whose code a title names, in the folded form; empty: it names nobody, or no code."""
    match = _CODE_OF.fullmatch(folded(title))
    return match[1] if match else ""


def _owners(item: Item, field: Field) -> frozenset[str]:
    """Return whose code a field holds, as departments call them; nobody's where it holds no code."""
    if field.format is not Format.USCC:
        return frozenset()
    return frozenset({_owner(field.title)}) | (_ORGANS if field.code == item.authority_field else frozenset())


def _likeness(called: Iterable[str], names: Iterable[str]) -> float:
    wanted = [folded(name) for name in names]
    return max((_alike(folded(column), name) for column in called for name in wanted), default=0.0)


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
