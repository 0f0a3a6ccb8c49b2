"""`creditbus profile show`: all live records of a subject."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import profile as messages
from creditbus.services.cli.words import caution, word
from creditbus.services.domain.catalogue.fields import Disclosure
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
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the profile of a subject. Exit code 1 when there is none."""
    found = asyncio.run(_read(connected(store=True), code.strip()))
    if found is None:
        ERRORS.print(f"creditbus: {spoken(messages.NO_PROFILE)}", markup=False)
        raise typer.Exit(1)
    if json:
        print_json(found)
        return
    for line in profile_lines(found):
        OUTPUT.print(line, soft_wrap=True, markup=False)


async def _read(connection: Connection, code: str) -> dict[str, Any] | None:
    from creditbus.services.query.profile import open_profiles

    reader = await open_profiles(connection)
    try:
        subject = await reader.subject_of(code)
        return None if subject is None else await reader.profile(subject)
    finally:
        await reader.close()


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
    title = f"  {_padded(word(record['state']))} {record['item']}  {record['document_no']}  {record['authority_name']}"
    revision = [spoken(messages.REVISION, revision=record["revision"])] if record["revision"] > 1 else []
    class_ = record["disclosure"]
    whole = [] if class_ == Disclosure.PUBLIC else [spoken(messages.WITHHELD_BELOW, disclosure=word(class_))]
    return [title, "            " + "  ".join([*details, *revision, *whole, *map(caution, record["cautions"])])]


def _padded(text: str) -> str:
    """Fill a state to the width of the longest; a Chinese character is two columns wide."""
    return text + " " * (_STATE_WIDTH - cell_len(text))
