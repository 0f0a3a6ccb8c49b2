"""What a grant names and can never get, whatever is published: next to the catalogue and the declared departments."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import Final, NamedTuple

from creditbus.services.domain.catalogue import Disclosure, Item
from creditbus.services.domain.entitlement import Publisher, publishers
from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.feed.grants import Grant, admitted_fields
from creditbus.services.domain.identifiers import uscc

__all__ = ["Never", "NeverAdmitted", "never_admitted"]


class Never(Enum):
    """Why a grant gets no record, or none of an item; `NeverAdmitted.given` is what it says of each."""

    NOT_NAMED = auto()
    """It needs consents, and consents name a subscriber by a code that is not declared. Given: nothing."""
    NO_CREDIT_CODE = auto()
    """It needs consents, and the code fails the check of GB 32100-2015: none can name it. Given: the code."""
    NO_CONSENTS = auto()
    """It needs consents, and no item records any. Given: nothing."""
    NOBODY_RECORDS = auto()
    """It needs consents, and no department may record one to it. Given: the code."""
    OTHER_KINDS = auto()
    """The item is about other kinds of subjects. Given: these kinds."""
    NO_DISTRICT = auto()
    """The grant is bound to districts, and nobody registers such subjects in one. Given: their kinds."""
    NO_RECORDS = auto()
    """Rows of the item act on records of others alone. Given: nothing."""
    WITHHELD = auto()
    """Every record is withheld as a whole. Given: the field for which, and the class that would be needed."""
    NO_FIELD = auto()
    """No field that the grant names is within its ceiling. Given: the class that would be needed."""


class NeverAdmitted(NamedTuple):
    """One thing that a grant names in vain.

    Attributes:
        why: the reason.
        item: of which it gets no record, or nothing of one; empty: it gets none at all.
        given: as of `Never`.

    """

    why: Never
    item: str
    given: tuple[str, ...]


_RANKS: Final = tuple(Disclosure)


def never_admitted(
    grant: Grant, items: Mapping[str, Item], departments: Iterable[Publisher]
) -> Iterator[NeverAdmitted]:
    """Give what a grant names in vain.

    Args:
        grant: its items that are not among `items` are passed over.
        items: all that the city carries, by id.
        departments: all that are declared.

    """
    if grant.consent:
        yield from _without_consent(grant.institution, [item for item in items.values() if item.consents], departments)
    registered = {kind for item in items.values() if item.registers for kind in item.subject_kinds}
    for item in (items[name] for name in sorted(grant.items) if name in items):
        found = _of_item(grant, item, registered)
        if found is not None:
            yield NeverAdmitted(found[0], item.id, found[1])


def _without_consent(
    institution: str, items: Collection[Item], departments: Iterable[Publisher]
) -> Iterator[NeverAdmitted]:
    if not items:
        yield NeverAdmitted(Never.NO_CONSENTS, "", ())
    if not institution:
        yield NeverAdmitted(Never.NOT_NAMED, "", ())
    elif uscc.fault(institution) is not None:
        yield NeverAdmitted(Never.NO_CREDIT_CODE, "", (institution,))
    elif items:
        declared = list(departments)
        speaking = [codes for item in items for codes in publishers(item, declared).values()]
        if not any(codes is None or institution in codes for codes in speaking):
            yield NeverAdmitted(Never.NOBODY_RECORDS, "", (institution,))


def _of_item(grant: Grant, item: Item, registered: Collection[SubjectKind]) -> tuple[Never, tuple[str, ...]] | None:
    if item.acts_on is not None:
        return Never.NO_RECORDS, ()
    kinds = {kind for kind in item.subject_kinds if kind.value in grant.subject_kinds}
    if not kinds:
        return Never.OTHER_KINDS, _named(item.subject_kinds)
    if grant.districts is not None and kinds.isdisjoint(registered):
        return Never.NO_DISTRICT, _named(kinds)
    gate = item.fields.get(item.withheld_unless_disclosed)
    if gate is not None and not gate.widest.within(grant.disclosure):
        return Never.WITHHELD, (gate.code, gate.widest.value)
    if not admitted_fields(grant, item):
        chosen = grant.fields.get(item.id, frozenset(item.fields))
        widest = [field.widest for field in item.fields.values() if field.code in chosen]
        return (Never.NO_FIELD, (min(widest, key=_RANKS.index).value,)) if widest else None
    return None


def _named(kinds: Iterable[SubjectKind]) -> tuple[str, ...]:
    return tuple(sorted(kind.value for kind in kinds))
