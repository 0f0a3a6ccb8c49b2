"""The kind of a party by the shape of its code, for departments that have no column of it."""

from collections.abc import Callable, Mapping

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.identifiers.persons import names_person
from creditbus.services.domain.identifiers.subject_kind import kind_of

__all__ = ["categories_of", "party_finder"]


def party_finder(answers: Mapping[SubjectKind, str]) -> Callable[[str], str | None]:
    """Make a function from a code to the answer for the kind of its party; ``None`` where the code tells no kind.

    In doubt a code is a person's, as everywhere (docs/adr/0026-persons-withheld.md). A legacy code and one with a wrong
    check digit tell nothing.

    Args:
        answers: What to answer, by kind; a kind that is missing has no answer.
    """

    def find(code: str) -> str | None:
        if names_person(code):
            return answers.get(SubjectKind.NATURAL_PERSON)
        return answers.get(kind_of(code)) if uscc.fault(code) is None else None

    return find


def categories_of(item: Item) -> Mapping[SubjectKind, str]:
    """Return the value of the item's field of categories for each kind of party that has exactly one."""
    by_kind: dict[SubjectKind, list[str]] = {}
    for category, kind in item.kinds.items():
        by_kind.setdefault(kind, []).append(category)
    admitted = item.fields[item.category_field].values if item.category_field else ()
    # the categories that name no kind of their own, such as 法人及非法人组织, stand for all other kinds
    rest = [value for value in admitted if value not in item.kinds]
    return {kind: found[0] for kind in SubjectKind if len(found := by_kind.get(kind, rest)) == 1}
