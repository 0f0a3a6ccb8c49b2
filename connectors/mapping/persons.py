"""What of a mapped row may leave its department, under an item that admits no natural persons.

Names cannot be known, numbers can. A number that names the subject withholds the row; one that stands next to it, such
as that of a legal representative, is taken out of its cell (docs/adr/0026-persons-withheld.md).
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from creditbus.connectors.common.characters import decoded
from creditbus.services.domain.catalogue import Format, Item
from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.identifiers.persons import (
    claim_names_person,
    holds_number,
    may_hold_number,
    names_person,
    without_numbers,
)
from creditbus.services.domain.normalise import half_width

__all__ = ["PersonGuard", "is_persons_category", "speaks_of_person"]

_BLANK = "*" * 18
_PERSON = ("person_id", "person_id_kind")
_NAME = re.compile(r"\{(?:claim\.)?(\w+)\}")
_NO_LETTERS = re.compile(r"[\W_]+")
_CELLS = re.compile(r"[\s,;|\"'<>:{}\[\]\\]+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_JOINED = "字"
"""Between values that are searched together: a letter, so that no number goes on in the next one."""
_PERSONS = ("自然人", "个人", "公民", "居民", "naturalperson")
_LONGEST_CATEGORY = 8
_COMPANIES = ("独资", "企业", "公司", "工商", "合伙", "经营", "法人", "组织", "团体", "合作")
"""Words by which a category that begins with a person's word is a company's all the same: 个人独资企业."""


@lru_cache(maxsize=1024)
def is_persons_category(category: str) -> bool:
    """Tell whether a category names natural persons, however a department writes it: 自然人, 个 人, 自然人（居民）."""
    text = _NO_LETTERS.sub("", half_width(category)).casefold()
    return text.startswith(_PERSONS) and not any(word in text for word in _COMPANIES)


def speaks_of_person(original: bytes) -> bool:
    """Tell whether a row as it stands in its source holds a citizen's number, or a cell that says natural person."""
    # A row in two-byte characters holds a NUL next to each digit, one that JSON escapes its letters by \u.
    text = decoded(original.replace(b"\0", b"")) or original.decode("latin-1")
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return holds_number(text) or any(map(_says_person, _CELLS.split(text)))


def _says_person(cell: str) -> bool:
    return 0 < len(cell) <= _LONGEST_CATEGORY and is_persons_category(cell)


class PersonGuard:
    """The guard of one item.

    Args:
        item: The catalogue item; it admits no natural persons.
        carried: Content fields that may hold citizens' numbers, for the mapping says so.
    """

    def __init__(self, item: Item, carried: Iterable[str] = ()) -> None:
        self._item = item
        self._carried = frozenset(carried)
        key = item.natural_key
        templates = (key.authority_code, key.authority_name, key.document_no)
        named = {name for template in templates for name in _NAME.findall(template)} | {item.name_field}
        succession = item.succession
        codes = {name for name, field in item.fields.items() if field.format is Format.USCC} | set(item.identifiers)
        codes |= set(item.identifiers.values())
        if succession is not None:
            codes |= {succession.predecessor, succession.successor}
            named |= {succession.predecessor_name, succession.successor_name}
        self._codes = tuple(name for name in item.fields if name in codes)
        self._named = tuple(name for name in item.fields if name in named and name not in codes)
        self._others = tuple(name for name in item.fields if name not in codes | named | self._carried)

    def states_person(self, kind: str, content: Mapping[str, str | None]) -> bool:
        """Tell whether a row says that it is about a natural person."""
        if kind == SubjectKind.NATURAL_PERSON:
            return True
        category = content.get(self._item.category_field) if self._item.category_field else None
        return bool(category) and category not in self._item.kinds and is_persons_category(category or "")

    def names_person(
        self, content: Mapping[str, str | None], claim: Mapping[str, Any], given: Mapping[str, Any]
    ) -> bool:
        """Tell whether a citizen's number stands in the place of a code, or in what names record or subject."""
        if claim_names_person(claim, given.get("subject_name") or content.get(self._item.name_field) or ""):
            return True
        if any((code := content[name]) and names_person(code) for name in self._codes):
            return True
        words = [value for name in self._named if (value := content[name])]
        words += [value for value in given.values() if isinstance(value, str)]
        return holds_number(_JOINED.join(words))

    def may_hold_number(
        self, content: Mapping[str, str | None], claim: Mapping[str, Any], given: Mapping[str, Any]
    ) -> bool:
        """Tell whether a citizen's number may be anywhere in a row: one search for nearly all rows."""
        texts = [*filter(None, content.values()), *filter(None, claim.values())]
        texts += [value for value in given.values() if isinstance(value, str)]
        return may_hold_number(_JOINED.join(texts))

    def is_unknown(self, content: Mapping[str, str | None]) -> bool:
        """Tell whether a row states a category that the item does not know: whom it is about, nobody can say."""
        name = self._item.category_field
        category = content.get(name) if name else None
        if not category or category in self._item.kinds:
            return False
        return not self._item.fields[name].admits(category)

    def disguise(self, content: dict[str, str | None], claim: dict[str, Any]) -> None:
        """Empty claim and name of a row, in place: what is left says where it is and what is wrong with it."""
        claim.update(dict.fromkeys(claim))
        for name in (self._item.name_field, *self._item.claims.values()):
            if name in content:
                content[name] = None

    def clear_document(self, claim: dict[str, Any]) -> int:
        """Take a person's document out of a company's row, in place; return whether there was one."""
        number = claim["person_id"]
        if number or claim["person_id_kind"]:
            claim.update(dict.fromkeys(_PERSON))
        return bool(number)

    def clear(self, content: dict[str, str | None]) -> int:
        """Take citizens' numbers out of a company's row, in place; return how many cells held one."""
        taken = 0
        for name in self._others:
            value = content[name]
            if value and holds_number(value):
                rest = without_numbers(value, _BLANK)
                content[name] = None if _NO_LETTERS.sub("", rest.replace("*", "")) == "" else rest
                taken += 1
        return taken
