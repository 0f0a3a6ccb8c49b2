"""A content field as its Avro properties describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["Disclosure", "Field", "Format"]


class Disclosure(StrEnum):
    """The audience of a field: everybody (社会公开), departments (政务共享), holders of an authorisation (授权查询).

    From the widest audience to the narrowest.
    """

    PUBLIC = "public"
    SHARED = "shared"
    AUTHORISED = "authorised"

    def within(self, ceiling: "Disclosure") -> bool:
        """Tell whether a ceiling admits this class: it admits its own class and every wider one."""
        return _RANK[self] <= _RANK[ceiling]


_RANK = {disclosure: rank for rank, disclosure in enumerate(Disclosure)}


class Format(StrEnum):
    """Lexical form of a field's value."""

    TEXT = "text"
    """Free text: full width stays as it is."""
    CODE = "code"
    """A code or a document number, in half width."""
    DATE = "date"
    """yyyy-MM-dd"""
    DATE_OPEN = "date-open"
    """As ``date``; 2099-12-31 stands for no end (长期)."""
    NUMBER = "number"
    """Plain decimal text."""
    YEAR = "year"
    """Four digits."""
    USCC = "uscc"
    """Unified social credit code."""
    DIVISION = "division"
    """Six digits, GB/T 2260 or local use."""
    CHANGES = "changes"
    """A JSON object: a column of another item's record to its new value, null for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a content record.

    Attributes:
        code: name of the field: the standard's field code.
        title: the standard's Chinese title.
        title_en: the same in English.
        disclosure: who may see it; of a field with `by_value`, every value that has no class there.
        by_value: classes of single values, where they have one of their own (docs/adr/0031-class-by-value.md).
        mask: characters kept at the left and at the right where a value is shown masked; None: shown whole.
        format: lexical form of a value.
        mandatory: an empty value is refused.
        max_length: longest value in characters; None: unlimited.
        values: the only values admitted; empty: any. A last ``-*`` admits any note after the hyphen.
        separator: joins several of `values` in one cell; empty: one value only.

    """

    code: str
    title: str
    title_en: str
    disclosure: Disclosure
    by_value: Mapping[str, Disclosure] = field(default_factory=lambda: MappingProxyType({}))
    mask: tuple[int, int] | None = None
    format: Format = Format.TEXT
    mandatory: bool = False
    max_length: int | None = None
    values: tuple[str, ...] = ()
    separator: str = ""

    @property
    def widest(self) -> Disclosure:
        """The class of the value that most may see."""
        return min((self.disclosure, *self.by_value.values()), key=_RANK.__getitem__)

    @property
    def narrowest(self) -> Disclosure:
        """The class of the value that fewest may see."""
        return max((self.disclosure, *self.by_value.values()), key=_RANK.__getitem__)

    def class_of(self, value: str | None) -> Disclosure:
        """Return who may see a value of the field; of several values in one cell, who may see each of them."""
        if value is None or not self.by_value:
            return self.disclosure
        classes = (self.by_value.get(element, self.disclosure) for element in self.elements(value))
        return max(classes, key=_RANK.__getitem__)

    def elements(self, value: str) -> tuple[str, ...]:
        """Split a cell into its values."""
        return tuple(value.split(self.separator)) if self.separator else (value,)

    def admits(self, value: str) -> bool:
        """Tell whether every element of a cell is one of the admitted values."""
        return not self.values or all(map(self._admits_element, self.elements(value)))

    def _admits_element(self, element: str) -> bool:
        if element in self.values:
            return "*" not in element
        notes = (known.removesuffix("*") for known in self.values if known.endswith("-*"))
        return any(element.startswith(prefix) and len(element) > len(prefix) for prefix in notes)
