"""`creditbus topics plan` and `apply`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import topics as messages
from creditbus.services.cli.topics.admission import admission_warnings
from creditbus.services.cli.topics.entitlement import refuse_entitlement_faults
from creditbus.services.cli.topics.versions import register, wait_for_lanes
from creditbus.services.worker.city_day import city_today
from creditbus.topics.city import current_city
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditbus.deploy.bus import BusPlan
    from creditbus.topics.feed_quotas import QuotaChange
    from creditbus.topics.plan import Plan
    from creditbus.topics.text import Text

__all__ = ["app"]

app = typer.Typer()
register(app)

Json = Annotated[bool, typer.Option("--json")]


@app.command("plan")
def plan_command(
    no_count: Annotated[bool, typer.Option("--no-count")] = False,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"])] = None,
    json: Json = False,
) -> None:
    """Show what `apply` would do, also to the feeds. Exit code 1 when there is something to do."""
    from creditbus.deploy.bus import plan_bus
    from creditbus.services.cli.topics.effects import planned_effects, show_effects

    refuse_entitlement_faults()
    plan = plan_bus(Connection.from_environment(store=False))
    day = city_today() if on is None else on.date()
    warnings = list(admission_warnings())
    if json:
        effects = planned_effects(plan, day, count=not no_count)
        print_json(_plan_facts(plan, done=False) | {"warnings": warnings, "effects": effects})
    else:
        # first what is known at once: counting takes time
        _print_plan(plan, warnings)
        show_effects(planned_effects(plan, day, count=not no_count))
    if not plan.empty:
        raise typer.Exit(1)


@app.command("apply")
def apply_command(wait: Annotated[float, typer.Option(min=0)] = 10.0, json: Json = False) -> None:
    """Create missing topics, set their settings, register schemas, and publish what the city declares."""
    from creditbus.deploy.bus import apply_bus

    refuse_entitlement_faults()
    connection = Connection.from_environment(store=False)
    plan = apply_bus(connection)
    there, known = wait_for_lanes(connection, plan.version, wait)
    warnings = list(admission_warnings())
    if json:
        print_json(_plan_facts(plan, done=True, lanes={"at_version": there, "known": known}) | {"warnings": warnings})
        return
    _print_plan(plan, warnings)
    said = messages.NOT_TAKEN_UP if not known else messages.PUBLISHED if there == known else messages.TAKEN_UP
    OUTPUT.print(spoken(said, version=plan.version, there=there, known=known), soft_wrap=True)


@app.command("remove")
def remove_command(
    topic: Annotated[str, typer.Argument()],
    yes: Annotated[bool, typer.Option("--yes", "-y")] = False,
    json: Json = False,
) -> None:
    """Delete a topic that nobody declares any more, with everything in it."""
    from creditbus.deploy.bus import checked_declarations
    from creditbus.topics.leftover import remove_topic

    connection = Connection.from_environment(store=False)
    if not yes and not typer.confirm(spoken(messages.REMOVE, topic=topic)):
        raise typer.Exit(1)
    held = remove_topic(connection, checked_declarations(), topic)
    if json:
        print_json({"removed": topic, "records": held})
        return
    OUTPUT.print(spoken(messages.REMOVED, topic=topic, count=held), soft_wrap=True)


def _plan_facts(plan: BusPlan, *, done: bool, lanes: dict[str, int] | None = None) -> dict[str, Any]:
    changes = [{"file": change.path, "change": change.mark} for change in plan.changes]
    city = current_city().origin
    return _facts(plan.servers) | {
        "city": city,
        "version": plan.version,
        "changes": changes,
        "lanes": lanes,
        "applied": done,
    }


def _print_plan(plan: BusPlan, warnings: Sequence[Text]) -> None:
    version = current_city().version
    if version:
        OUTPUT.print(spoken(messages.NO_FOLDER, version=version), soft_wrap=True)
    changes = (f"{change.mark} {change.path}" for change in plan.changes)
    for line in (*_lines(plan.servers), *changes, *(f"! {spoken(warning)}" for warning in warnings)):
        OUTPUT.print(line, soft_wrap=True, markup=False)
    if plan.empty:
        OUTPUT.print(spoken(messages.AS_DECLARED))


def _lines(plan: Plan) -> list[str]:
    return [
        *(
            spoken(messages.NEW_TOPIC, topic=topic.name, partitions=topic.partitions, kind=topic.class_name)
            for topic in plan.create
        ),
        *(
            spoken(
                messages.CHANGED_SETTING,
                topic=change.topic,
                key=change.key,
                present=change.present,
                wanted=change.wanted,
            )
            for change in plan.configure
        ),
        *(spoken(messages.NEW_SCHEMA, subject=change.subject) for change in plan.register),
        *map(_quota_line, plan.quotas),
        *(f"! {spoken(sentence)}" for sentence in plan.drift),
        *(f"x {spoken(sentence)}" for sentence in plan.refused),
    ]


def _quota_line(change: QuotaChange) -> str:
    present, wanted = ("-" if one is None else f"{one:,}" for one in (change.present, change.wanted))
    return spoken(
        messages.CHANGED_QUOTA, subscriber=change.subscriber, kind=change.kind, present=present, wanted=wanted
    )


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "brokers": plan.brokers,
        "create": [topic.name for topic in plan.create],
        "configure": [
            {"topic": change.topic, "key": change.key, "present": change.present, "wanted": change.wanted}
            for change in plan.configure
        ],
        "register": [change.subject for change in plan.register],
        "quotas": [change._asdict() for change in plan.quotas],
        "drift": list(plan.drift),
        "refused": list(plan.refused),
    }
