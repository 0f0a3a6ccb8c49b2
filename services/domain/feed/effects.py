"""What another version of the declarations would do to what subscribers hold: asked before it is published.

Whether a record is on show before and after is what `view` says of it, and whether it is shown in the same way what
`disclosure` says: fanout goes by the same two, so what is counted here is what a feed gets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from creditbus.services.domain.catalogue import Disclosure
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.feed.disclosure import Projection, shows
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.policy import DeclaredGrants
from creditbus.services.domain.feed.view import Facing, why_hidden

__all__ = ["Effect", "HeldRecords", "ViewChange", "count_effects", "gates", "view_changes"]


class Effect(StrEnum):
    """What becomes of a record in a subscriber's feed."""

    TAKEN = "taken"
    """The feed shows it now, and retracts it then."""
    GIVEN = "given"
    """The feed does not show it now, and gets it then, as a whole."""
    ALTERED = "altered"
    """The feed gets it again: with other fields, or some of them masked in another way."""
    LEFT = "left"
    """The feed shows it now, and nothing takes it back: the subscriber is removed, and gets nothing any more."""


class HeldRecords(NamedTuple):
    """What of a record decides on whether a grant discloses it; records with the same are judged alike.

    Attributes:
        item: catalogue item.
        subject_kind: of its subject.
        district: the registered one of its subject, empty when unknown.
        state: of the record.
        consents: those of its subject that count for it.
        gated: code and value of the fields for whose value it may be withheld as a whole (`gates`).

    """

    item: str
    subject_kind: str
    district: str
    state: RecordState
    gated: tuple[tuple[str, str | None], ...] = ()
    consents: frozenset[tuple[str, str]] = frozenset()

    def __repr__(self) -> str:
        """Say nothing of a value."""
        return f"<HeldRecords of {self.item}>"


@dataclass(frozen=True, slots=True)
class ViewChange:
    """One item that a version shows to one subscriber otherwise than the version before it, or may do so.

    Attributes:
        subscriber: its id.
        item: catalogue item.
        before: how it is shown now; None: the grant does not have it.
        after: how it would be shown.
        removed: there would be no such subscriber any more.

    """

    subscriber: str
    item: str
    before: Projection | None
    after: Projection | None
    removed: bool

    def effect(self, held: HeldRecords, on: date) -> Effect | None:
        """Return what becomes of a record on a day; None: nothing."""
        was, will = (_is_shown(one, held, on) for one in (self.before, self.after))
        if was and will:
            return None if self.same else Effect.ALTERED
        if was:
            return Effect.LEFT if self.removed else Effect.TAKEN
        return Effect.GIVEN if will else None

    @property
    def same(self) -> bool:
        """Whether what both versions show is shown in the same way."""
        return self.before is not None and self.after is not None and shows(self.before) == shows(self.after)

    @property
    def appearing(self) -> tuple[str, ...]:
        """Codes of the fields that it does not show now and would show; parts of the act as `act.decided_on`."""
        return tuple(code for code in _shown_as(self.after) if code not in _shown_as(self.before))

    @property
    def disappearing(self) -> tuple[str, ...]:
        """Codes of the fields that it would show no more."""
        return tuple(code for code in _shown_as(self.before) if code not in _shown_as(self.after))

    @property
    def otherwise(self) -> tuple[str, ...]:
        """Codes of the fields of which it would show more or fewer values, or that are masked in another way."""
        before, after = _shown_as(self.before), _shown_as(self.after)
        return tuple(code for code, shown in after.items() if code in before and before[code] != shown)


def view_changes(before: DeclaredGrants, after: DeclaredGrants) -> Iterator[ViewChange]:
    """Give what a version changes of what subscribers are shown, by subscriber and item."""
    for name in sorted({*before.grants, *after.grants}):
        was, will = before.grants.get(name), after.grants.get(name)
        for item in sorted({*(was.items if was else ()), *(will.items if will else ())}):
            change = ViewChange(
                name, item, _projection(before, was, item), _projection(after, will, item), will is None
            )
            if not (change.same and was is not None and will is not None and _reach(was) == _reach(will)):
                yield change


def gates(changes: Sequence[ViewChange]) -> dict[str, frozenset[str]]:
    """Return by item the fields of which a record's values decide on whether it is shown."""
    found: dict[str, frozenset[str]] = {}
    for change in changes:
        of_it = {one.gate.code for one in (change.before, change.after) if one is not None and one.gate is not None}
        found[change.item] = found.get(change.item, frozenset()) | of_it
    return found


def count_effects(
    changes: Collection[ViewChange], held: Mapping[HeldRecords, int], on: date
) -> dict[tuple[str, str], Counter[Effect]]:
    """Count what becomes of records on a day, by subscriber and item.

    Args:
        changes: what a version changes.
        held: how many records there are of which the same decides.
        on: the day.

    """
    counts: dict[tuple[str, str], Counter[Effect]] = {}
    by_item: dict[str, list[ViewChange]] = {}
    for change in changes:
        counts[change.subscriber, change.item] = Counter()
        by_item.setdefault(change.item, []).append(change)
    for records, number in held.items():
        for change in by_item.get(records.item, ()):
            effect = change.effect(records, on)
            if effect is not None:
                counts[change.subscriber, change.item][effect] += number
    return counts


def _projection(declared: DeclaredGrants, grant: Grant | None, item: str) -> Projection | None:
    return None if grant is None or item not in grant.items else Projection(grant, declared.items[item])


def _is_shown(projection: Projection | None, held: HeldRecords, on: date) -> bool:
    facing = Facing(held.subject_kind, held.district, on, held.consents)
    return projection is not None and why_hidden(projection, facing, held.state, dict(held.gated)) is None


def _reach(grant: Grant) -> Grant:
    """Return what of a grant decides on which records it has, whatever their item; the rest says how they are shown."""
    told = replace(grant, legal_basis="", items=frozenset(), disclosure=Disclosure.PUBLIC, fields={}, masks={})
    return told if grant.consent else replace(told, purpose="", institution="")


def _shown_as(projection: Projection | None) -> dict[str, tuple[object, ...]]:
    """Return how each field is shown, by its code; parts of the act after `act.`."""
    if projection is None:
        return {}
    ceiling = projection.grant.disclosure
    fields: dict[str, tuple[object, ...]] = {f"act.{name}": () for name in projection.act}
    for field in projection.fields:
        by_value = (ceiling, field.disclosure, tuple(sorted(field.by_value.items())))
        fields[field.code] = (field.mask, by_value if field.code in projection.partial else None)
    return fields
