"""What a planned version would take from feeds, give them and show in another way, counted over what the bus holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from creditbus.services.cli.console import ERRORS, OUTPUT
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.cli.grant_text import key_facts, key_line
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.messages import topics as messages
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UserError

if TYPE_CHECKING:
    from creditbus.deploy.bus import BusPlan
    from creditbus.services.domain.feed.effects import ViewChange
    from creditbus.services.query.effects import EffectCounts
    from creditbus.topics.city.published import PublishedCity

__all__ = ["planned_effects", "show_effects"]

_EVERY_SECONDS: Final = 5.0
_OTHERWISE: Final = ("taken", "given", "altered")
_AT_END: Final = ("left",)


def planned_effects(plan: BusPlan, on: date, *, count: bool) -> dict[str, Any]:
    """Return what a plan does to the feeds, as facts for a machine.

    `feeds` is what each subscriber's grant and items would have other than now; the numbers are null where nothing was
    counted, and `not_counted` says why where that was not asked for.

    Args:
        plan: of the bus.
        on: the city's day by which grants are judged, before and after.
        count: whether to count over the records that the bus holds.

    """
    facts: dict[str, Any] = {"on": on.isoformat(), "feeds": [], "counted": None, "not_counted": None}
    if not plan.changes:
        return facts
    if plan.before is None or plan.planned is None:
        return facts | {"not_counted": messages.NOTHING_TO_COMPARE()}
    try:
        changes = _view_changes(plan)
    except UserError as error:
        return facts | {"not_counted": messages.NOT_COUNTED(why=error.text())}
    counted, behind = None, 0
    if count and changes:
        try:
            counted = _counted(plan.planned, changes, on)
            behind = _lanes_behind(plan.version)
        except UserError as error:
            facts["not_counted"] = messages.NOT_COUNTED(why=error.text())
    facts["feeds"] = list(_feeds(plan, changes, None if counted is None else counted[0]))
    if counted is not None:
        found, seconds = counted
        numbers = {"subjects": found.subjects, "records": found.records}
        lanes = {"lanes_restating": found.restating, "lanes_behind": behind}
        facts["counted"] = {**numbers, **lanes, "seconds": round(seconds, 3)}
    return facts


def _view_changes(plan: BusPlan) -> list[ViewChange]:
    from creditbus.services.domain.catalogue import CatalogueError
    from creditbus.services.domain.feed.effects import view_changes
    from creditbus.services.worker.grants import declared_grants

    assert plan.before is not None  # noqa: S101 -- for the type checker: the caller has looked
    assert plan.planned is not None  # noqa: S101 -- as above
    try:
        return list(view_changes(declared_grants(plan.before), declared_grants(plan.planned)))
    except CatalogueError as error:
        raise UserError(messages.VERSION_NUMBER(version=plan.before.version), str(error)) from error


def _counted(planned: PublishedCity, changes: Sequence[ViewChange], on: date) -> tuple[EffectCounts, float]:
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.cli.moved import unless_moved
    from creditbus.services.query.effects import count_on_bus

    connection = Connection.from_environment()
    began = time.monotonic()
    items = raw_catalogue(planned.city().catalogue)
    counting = count_on_bus(connection, changes, items, on, _Pace(time.monotonic).report)
    return asyncio.run(unless_moved(connection, counting)), time.monotonic() - began


def _lanes_behind(version: int) -> int:
    """Return how many lanes do not work by the version in force yet."""
    from creditbus.services.cli.topics.versions import lanes_by_version
    from creditbus.topics.city.publishing import adoptions

    lanes = lanes_by_version(adoptions(Connection.from_environment(store=False)))
    return sum(lanes.values()) - lanes.get(version, 0)


def _feeds(plan: BusPlan, changes: Sequence[ViewChange], found: EffectCounts | None) -> Iterable[dict[str, Any]]:
    from creditbus.topics.city.grant_history import grant_history

    assert plan.before is not None  # noqa: S101 -- as above
    assert plan.planned is not None  # noqa: S101 -- as above
    paths = [change.path for change in plan.changes if change.path.startswith("subscribers/")]
    changed = {path.removeprefix("subscribers/").removesuffix(".yaml") for path in paths}
    for name in sorted(changed | {change.subscriber for change in changes}):
        steps = [one for one in grant_history([plan.before, plan.planned], name) if one.version == plan.planned.version]
        of_it = [change for change in changes if change.subscriber == name]
        step = steps[0] if steps else None
        if step is None and not of_it:
            continue  # another name or kind
        begins = next((one.after.grant.valid_from for one in of_it if one.after is not None), None)
        yield {
            "subscriber": name,
            "step": None if step is None else step.step.value,
            "grant": [] if step is None else [key_facts(one) for one in step.changes],
            "valid_from": None if begins is None else begins.isoformat(),
            "items": [_item(one, found) for one in of_it],
        }


def _item(change: ViewChange, found: EffectCounts | None) -> dict[str, Any]:
    from creditbus.services.domain.feed.effects import Effect

    counts = None if found is None else found.counts[change.subscriber, change.item]
    both = change.before is not None and change.after is not None
    return {
        "item": change.item,
        **{effect.value: None if counts is None else counts[effect] for effect in Effect},
        "fields": {
            "appear": change.appearing if both else (),
            "disappear": change.disappearing if both else (),
            "otherwise": change.otherwise,
        },
    }


def show_effects(facts: dict[str, Any]) -> None:
    """Print what `planned_effects` gave for a person."""
    for feed in facts["feeds"]:
        said = messages.FEED_STEPS[feed["step"] or "stays"]
        _print(spoken(said, subscriber=feed["subscriber"]))
        if feed["step"] == "changes":
            for changed in feed["grant"]:
                _print(f"  {key_line(changed)}")
        if feed["valid_from"] is not None and feed["valid_from"] > facts["on"]:
            _print(f"  {spoken(messages.BEGINS_LATER, day=feed['valid_from'])}")
        _show_items(feed, counted=facts["counted"] is not None)
    counted = facts["counted"]
    if counted is not None:
        _print(spoken(messages.COUNTED, on=facts["on"], records=counted["records"], subjects=counted["subjects"]))
        for key, said in (("lanes_behind", messages.STILL_BEHIND), ("lanes_restating", messages.STILL_RESTATING)):
            if counted[key]:
                _print(spoken(said, count=counted[key]))
    if facts["not_counted"] is not None:
        _print(spoken(facts["not_counted"]))


def _show_items(feed: dict[str, Any], *, counted: bool) -> None:
    items = feed["items"]
    if counted:
        _show_counts(items, _AT_END if feed["step"] == "ends" else _OTHERWISE)
    elif items:
        _print(f"  {listed(one['item'] for one in items)}")
    for one in items:
        marked = zip("+-~", one["fields"].values(), strict=True)
        fields = [f"{mark}{code}" for mark, codes in marked for code in codes]
        if fields:
            _print(f"  {one['item']}  {' '.join(fields)}")


def _show_counts(items: Sequence[dict[str, Any]], effects: Sequence[str]) -> None:
    some = [one for one in items if any(one[effect] for effect in effects)]
    rows = [TableRow(f"  {one['item']}", [f"{one[effect]:,}" for effect in effects]) for one in some]
    if len(some) > 1:
        sums = [f"{sum(one[effect] for one in some):,}" for effect in effects]
        rows.append(TableRow(f"  {spoken(messages.ALL_ITEMS)}", sums))
    if rows:
        print_figures(f"  {spoken(messages.ITEM)}", [spoken(messages.EFFECTS[effect]) for effect in effects], rows)
    if len(some) < len(items):
        said = messages.ITEMS_WITHOUT if some else messages.NO_ITEM_HAS_ANY
        _print(f"  {spoken(said, count=len(items) - len(some))}")


def _print(line: str) -> None:
    OUTPUT.print(line, soft_wrap=True, markup=False)


class _Pace:
    """Says every five seconds how far the counting is.

    Args:
        clock: seconds, from any beginning.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._said = clock()

    def report(self, found: EffectCounts) -> None:
        """Take what has been counted so far."""
        now = self._clock()
        if now - self._said < _EVERY_SECONDS:
            return
        self._said = now
        rate = round(found.records / (now - self._began))
        facts = {"subjects": found.subjects, "all": found.all_subjects, "records": found.records, "rate": rate}
        ERRORS.print(spoken(messages.COUNTING, **facts), markup=False)
