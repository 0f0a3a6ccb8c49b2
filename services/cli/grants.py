"""`creditbus grants`: what a subscriber's grant is, and how it came to be so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli import grant_show
from creditbus.services.cli.configured import Json, subscribers
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.grant_text import key_facts, key_line
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import grants as messages
from creditbus.services.cli.moments import moment_text
from creditbus.services.domain.city_time import city_moment
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.topics.city.grant_history import GrantStep

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Grants: what subscribers may receive."""


grant_show.register(app)


@app.command()
def history(subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)], json: Json = False) -> None:
    """Show the versions that gave, changed and ended a subscriber's grant."""
    from creditbus.topics.city.grant_history import grant_history
    from creditbus.topics.city.publishing import versions

    steps = list(grant_history(versions(Connection.from_environment(store=False)), subscriber))
    if not steps:
        raise ConfigurationError("SUBSCRIBER", messages.NEVER_GRANTED(subscriber=subscriber), messages.SEE_VERSIONS())
    if json:
        print_json([_facts(step) for step in steps])
        return
    for step in steps:
        said = messages.STEPS[step.step](version=step.version, published_at=moment_text(step.published_ms))
        OUTPUT.print(spoken(said), soft_wrap=True, markup=False)
        for change in step.changes:
            OUTPUT.print(f"  {key_line(key_facts(change))}", soft_wrap=True, markup=False)


def _moment(step: GrantStep) -> dict[str, Any]:
    moment = city_moment(step.published_ms, "seconds")
    return {"version": step.version, "published_at": moment}


def _facts(step: GrantStep) -> dict[str, Any]:
    return {**_moment(step), "step": step.step.value, "changes": [key_facts(one) for one in step.changes]}
