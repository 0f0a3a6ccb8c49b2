"""What becomes of a record in feeds where its change says other facts before it than after it.

For all changes between the same facts that is decided once (docs/adr/0040-policies.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from creditbus.services.domain.event import Policy
from creditbus.services.domain.feed.grants import Consents, Grant, admits
from creditbus.services.domain.feed.policy import day_of
from creditbus.services.domain.feed.withholding import WithheldFor
from creditbus.services.fanout.audiences import Outlet
from creditbus.services.fanout.change import Before, Change, consents_of
from creditbus.services.fanout.showing import Showing

__all__ = ["Delivery", "deliveries", "is_admitted"]


class Delivery:
    """What some subscribers get of every change between the same facts.

    Attributes:
        outlets: theirs.

    Args:
        showing: what they are shown after it.
        held: what they were shown before it; None: nothing.
        reason: why the record is taken back; None: the grant admits it.
        is_same: whether it is shown as it was.

    """

    __slots__ = ("_held", "_is_same", "_reason", "_showing", "outlets")

    def __init__(self, showing: Showing, held: Showing | None, reason: WithheldFor | None, *, is_same: bool) -> None:
        self.outlets: list[Outlet] = []
        self._showing = showing
        self._held = held
        self._reason = reason
        self._is_same = is_same

    def of(self, change: Change, before: Before) -> bytes | None:
        """Return everything of the feed's record after its evidence; None: there is no record."""
        showing, held = self._showing, self._held
        if held is None:
            return showing.of_new(change, before)
        if self._reason is not None:
            return showing.withheld(change, self._reason, before) if held.may_show(change, before) else None
        return showing.of(change, before) if self._is_same else showing.in_place_of(change, held, before)


class _Facts:
    """Those under which a change is shown, or was."""

    __slots__ = ("consents", "district", "on")

    def __init__(self, district: str, consents: Consents, on: date) -> None:
        self.district = district
        self.consents = consents
        self.on = on

    def admit(self, grant: Grant, change: Change) -> bool:
        return is_admitted(grant, change, self.district, self.consents, self.on)


def is_admitted(grant: Grant, change: Change, district: str, consents: Consents, on: date) -> bool:
    """Tell whether a grant admits a change under these facts on a day."""
    return admits(
        grant, item=change.item, subject_kind=change.subject_kind, district=district, on=on, consents=consents
    )


def deliveries(
    change: Change,
    before: Before,
    held: tuple[Sequence[Outlet], Policy],
    now: tuple[Sequence[Outlet], Policy],
    *,
    stands: bool,
) -> list[Delivery]:
    """Compare what each grant admitted of a record when it was last emitted with what it admits now.

    Args:
        change: one of those between these facts.
        before: the facts before it.
        held: outlets of its item that may have shown the record, and the policy of then.
        now: the outlets of now, and the policy.
        stands: whether nothing happened to the record: who is shown it in the same way gets nothing.

    """
    outlets, policy = held
    then = _Facts(before.district, consents_of(before.consents), day_of(policy))
    shown = {outlet.subscriber: outlet for outlet in outlets if then.admit(outlet.grant, change)}
    outlets, policy = now
    after = _Facts(change.district, consents_of(change.consents), day_of(policy))
    found: dict[object, Delivery] = {}

    def add(outlet: Outlet, old: Outlet | None, reason: WithheldFor | None) -> None:
        was, is_same = None if old is None else old.showing, old is not None and old.shows == outlet.shows
        alike = (outlet.showing.shows, None if was is None else was.shows, reason, is_same)
        delivery = found.get(alike)
        if delivery is None:
            delivery = found[alike] = Delivery(outlet.showing, was, reason, is_same=is_same)
        delivery.outlets.append(outlet)

    for outlet in outlets:
        old = shown.pop(outlet.subscriber, None)
        if not after.admit(outlet.grant, change):
            if old is not None:
                add(outlet, old, _reason(outlet.grant, change, then, after))
        elif old is None or old.shows != outlet.shows or not stands:
            add(outlet, old, None)
    # those whose grant does not name the item any more
    for old in shown.values():
        add(old, old, WithheldFor.GRANT)
    return list(found.values())


def _reason(grant: Grant, change: Change, then: _Facts, after: _Facts) -> WithheldFor:
    """Return why a grant has a record no more: that fact of its subject without whose change it would have it still."""
    if _Facts(then.district, after.consents, after.on).admit(grant, change):
        return WithheldFor.DISTRICT
    consented = _Facts(then.district, then.consents, after.on).admit(grant, change)
    return WithheldFor.CONSENT if consented else WithheldFor.GRANT
