"""`creditbus topics plan` and `apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared_entitlement import refuse_entitlement_faults
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import topics as messages
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.topics.plan import Plan

__all__ = ["app"]

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json")]


@app.command("plan")
def plan_command(json: Json = False) -> None:
    """Show what `apply` would do. Exit code 1 when there is something to do."""
    from creditbus.deploy.bus import plan_bus

    refuse_entitlement_faults()
    plan = plan_bus(Connection.from_environment(store=False))
    _show(plan, json=json, done=False)
    if not plan.empty:
        raise typer.Exit(1)


@app.command("apply")
def apply_command(json: Json = False) -> None:
    """Create missing topics, set their settings, register schemas. Never removes or shrinks anything."""
    from creditbus.deploy.bus import apply_bus

    refuse_entitlement_faults()
    _show(apply_bus(Connection.from_environment(store=False)), json=json, done=True)


def _show(plan: Plan, *, json: bool, done: bool) -> None:
    if json:
        print_json(_facts(plan) | {"applied": done})
        return
    for line in _lines(plan):
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
        *(f"! {spoken(sentence)}" for sentence in plan.drift),
        *(f"x {spoken(sentence)}" for sentence in plan.refused),
    ]


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "brokers": plan.brokers,
        "create": [topic.name for topic in plan.create],
        "configure": [
            {"topic": change.topic, "key": change.key, "present": change.present, "wanted": change.wanted}
            for change in plan.configure
        ],
        "register": [change.subject for change in plan.register],
        "drift": list(plan.drift),
        "refused": list(plan.refused),
    }
