"""`creditbus profile show`: all live records of a subject."""

from __future__ import annotations

import asyncio
import time
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from creditbus.services.cli.configured import known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import profile as messages
from creditbus.services.cli.messages.trace import DENIED
from creditbus.services.cli.words import caution, word
from creditbus.services.domain.catalogue.fields import Disclosure
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection

__all__ = ["app", "profile_lines"]

_STATE_WIDTH = 9

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Profiles: what the bus holds of a subject."""


@app.command()
def show(
    code: Annotated[str, typer.Argument()],
    as_: Annotated[str | None, typer.Option("--as", autocompletion=subscribers)] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"])] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the profile of a subject. Exit code 1 when there is none."""
    connection = connected(store=True)
    facing = (
        None if as_ is None else (known_subscriber(as_), city_day(int(time.time() * 1000)) if on is None else on.date())
    )
    found = asyncio.run(_read(connection, code.strip(), facing))
    if found is None:
        ERRORS.print(f"creditbus: {spoken(messages.NO_PROFILE)}", markup=False)
        raise typer.Exit(1)
    if json:
        print_json(found)
        return
    for line in profile_lines(found) if facing is None else disclosed_lines(found):
        OUTPUT.print(line, soft_wrap=True, markup=False)


async def _read(connection: Connection, code: str, facing: tuple[str, date] | None) -> dict[str, Any] | None:
    from creditbus.services.fanout.app import grant_of
    from creditbus.services.query.profile import open_profiles
    from creditbus.topics.declarations import declarations

    reader = await open_profiles(connection)
    try:
        subject = await reader.subject_of(code)
        if subject is None or facing is None:
            return None if subject is None else await reader.profile(subject)
        subscriber, on = facing
        return await reader.disclosed(subject, grant_of(declarations().subscribers[subscriber]), on)
    finally:
        await reader.close()


def disclosed_lines(view: dict[str, Any]) -> list[str]:
    """Return a subject as a grant discloses it, as lines for a person."""
    lines = [
        f"{view['subject']}  {view['name'] or spoken(messages.NOT_REGISTERED)}",
        f"  {spoken(messages.AS_DISCLOSED, subscriber=view['subscriber'], on=view['on'])}",
    ]
    for record in view["records"]:
        lines.append(_title_line(record))
        lines += [f"            {name} {value}" for part in ("act", "content") for name, value in record[part].items()]
    for record in view["hidden"]:
        why, granted = record["why"], record["granted"]
        said = DENIED[why](granted=word(granted) if why == "value" else granted)
        lines += [_title_line(record), f"            {spoken(said)}"]
    return lines


def _title_line(record: dict[str, Any]) -> str:
    return f"  {_padded(word(record['state']))} {record['item']}  {record['document_no']}  {record['authority_name']}"


def profile_lines(profile: dict[str, Any]) -> list[str]:
    """Return a profile as lines for a person."""
    waiting = [f"{profile[name]} {word(name)}" for name in ("parked", "held") if profile[name]]
    district = profile["district"] or spoken(messages.UNKNOWN)
    head = [
        f"{profile['subject']}  {profile['name'] or spoken(messages.NOT_REGISTERED)}",
        f"  {word(profile['kind'])}  {spoken(messages.DISTRICT)} {district}  "
        f"{spoken(messages.VERSION)} {profile['version']}" + "".join(f"  {count}" for count in waiting),
    ]
    links = [_link_line(which, link) for which in ("predecessors", "successors") for link in profile[which]]
    return head + links + [line for record in profile["records"] for line in _record_lines(record)]


def _link_line(which: str, link: dict[str, Any]) -> str:
    side = spoken(messages.PREDECESSOR) if which == "predecessors" else spoken(messages.SUCCESSOR)
    since = spoken(messages.SINCE, since=link["since"])
    return f"  {side} {link['subject']}  {link['name']}  {link['kind']} {since}  {link['notice']}"


def _record_lines(record: dict[str, Any]) -> list[str]:
    act = record["act"]
    details = [f"{word(name)} {act[name]}" for name in ("decided_on", "effective_to") if name in act]
    if record["last_act"]:
        details.append(spoken(messages.THEN) + " ".join(word(str(value)) for value in record["last_act"].values()))
    revision = [spoken(messages.REVISION, revision=record["revision"])] if record["revision"] > 1 else []
    class_ = record["disclosure"]
    whole = [] if class_ == Disclosure.PUBLIC else [spoken(messages.WITHHELD_BELOW, disclosure=word(class_))]
    return [
        _title_line(record),
        "            " + "  ".join([*details, *revision, *whole, *map(caution, record["cautions"])]),
    ]


def _padded(text: str) -> str:
    """Fill a state to the width of the longest; a Chinese character is two columns wide."""
    return text + " " * (_STATE_WIDTH - cell_len(text))
