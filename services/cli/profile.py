"""`creditbus profile show`: all live records of a subject."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.language import told
from creditbus.services.cli.words import caution, word
from creditbus.topics.connection import Connection

__all__ = ["app", "profile_lines"]

_STATE_WIDTH = 9

app = typer.Typer(help="Profiles: what the bus holds of a subject.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Profiles: what the bus holds of a subject."""


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="Unified social credit code, or a legacy code of the subject.")],
    json: Annotated[bool, typer.Option("--json", help="Print facts for a machine.")] = False,
) -> None:
    """Show the profile of a subject. Exit code 1 when there is none."""
    found = asyncio.run(_read(Connection.from_environment(), code.strip()))
    if found is None:
        ERRORS.print(f"creditbus: {told('此代码没有档案', 'no profile for this code')}", markup=False)
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
    district = profile["district"] or told("不详", "unknown")
    head = [
        f"{profile['subject']}  {profile['name'] or told('（未登记）', '(not registered)')}",
        f"  {word(profile['kind'])}  {told('区划', 'district')} {district}  "
        f"{told('版本', 'version')} {profile['version']}" + "".join(f"  {count}" for count in waiting),
    ]
    links = [_link_line(which, link) for which in ("predecessors", "successors") for link in profile[which]]
    return head + links + [line for record in profile["records"] for line in _record_lines(record)]


def _link_line(which: str, link: dict[str, Any]) -> str:
    side = told("原主体", "predecessor") if which == "predecessors" else told("承继主体", "successor")
    since = told(f"自 {link['since']}", f"since {link['since']}")
    return f"  {side} {link['subject']}  {link['name']}  {link['kind']} {since}  {link['notice']}"


def _record_lines(record: dict[str, Any]) -> list[str]:
    act = record["act"]
    details = [f"{word(name)} {act[name]}" for name in ("decided_on", "effective_to") if name in act]
    if record["last_act"]:
        details.append(told("其后 ", "then ") + " ".join(word(str(value)) for value in record["last_act"].values()))
    title = f"  {_padded(word(record['state']))} {record['item']}  {record['document_no']}  {record['authority_name']}"
    revision = [told(f"第 {record['revision']} 版", f"revision {record['revision']}")] if record["revision"] > 1 else []
    return [title, "            " + "  ".join([*details, *revision, *map(caution, record["cautions"])])]


def _padded(text: str) -> str:
    """Fill a state to the width of the longest; a Chinese character is two columns wide."""
    return text + " " * (_STATE_WIDTH - cell_len(text))
