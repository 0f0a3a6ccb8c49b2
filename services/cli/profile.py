"""`creditbus profile show`: the records of a subject, now or at another time."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, Any

import typer

from creditbus.services.cli.configured import known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import profile as messages
from creditbus.services.cli.moments import moment_of
from creditbus.services.cli.profile_lines import disclosed_lines, past_lines, profile_lines
from creditbus.services.domain.city_time import day_number
from creditbus.services.worker.city_day import city_today
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Profiles: what the bus holds of a subject."""


@app.command()
def show(
    code: Annotated[str, typer.Argument()],
    as_: Annotated[str | None, typer.Option("--as", autocompletion=subscribers)] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"])] = None,
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"])] = None,
    as_known_at: Annotated[str | None, typer.Option("--as-known-at")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the profile of a subject. Exit code 1 when there is none."""
    known_at = None if as_known_at is None else moment_of(as_known_at, "--as-known-at")
    past = None if as_of is None and known_at is None else (known_at, None if as_of is None else as_of.date())
    if as_ is not None and past is not None:
        raise ConfigurationError("--as", messages.NOT_OF_THE_PAST(), messages.LEAVE_ONE_OUT())
    connection = connected(store=True)
    facing = None if as_ is None else (known_subscriber(as_), city_today() if on is None else on.date())
    found = asyncio.run(_read(connection, code.strip(), facing, past))
    if found is None:
        nothing = messages.NO_PROFILE if known_at is None else messages.NOT_KNOWN_THEN
        ERRORS.print(f"creditbus: {spoken(nothing)}", markup=False)
        raise typer.Exit(1)
    if json:
        print_json(found)
        return
    lines = profile_lines if facing is None else disclosed_lines
    for line in (lines if past is None else past_lines)(found):
        OUTPUT.print(line, soft_wrap=True, markup=False)


async def _read(
    connection: Connection, code: str, facing: tuple[str, date] | None, past: tuple[int | None, date | None] | None
) -> dict[str, Any] | None:
    from creditbus.services.domain.profile.published import PublishedOn
    from creditbus.services.fanout.app import grant_of
    from creditbus.services.query.objections import clock_of, objection_shown
    from creditbus.services.query.past_profile import past_profile
    from creditbus.services.query.profile import open_profiles
    from creditbus.topics.declarations import declarations

    reader = await open_profiles(connection)
    try:
        subject = await reader.subject_of(code)
        if subject is None:
            return None
        if past is not None:
            return await past_profile(reader, subject, *past)
        if facing is None:
            today = city_today()
            published = PublishedOn(reader.catalogue, day_number(today))
            return await reader.profile(subject, objection_shown(clock_of(reader.catalogue), today), published)
        subscriber, on = facing
        return await reader.disclosed(subject, grant_of(declarations().subscribers[subscriber]), on)
    finally:
        await reader.close()
