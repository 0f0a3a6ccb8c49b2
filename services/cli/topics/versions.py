"""`creditbus topics versions` and `judged`: what was declared when, and by which version an event was judged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import Json
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import topics as messages
from creditbus.services.cli.moments import exact_moment_text
from creditbus.services.domain.city_time import city_moment
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import STAGES

if TYPE_CHECKING:
    from creditbus.topics.city.adoptions import Adoption

__all__ = ["lanes_by_version", "register", "wait_for_lanes"]

_LOOK_SECONDS = 0.2


def register(app: typer.Typer) -> None:
    """Add the commands to `creditbus topics`."""
    app.command("versions")(versions_command)
    app.command("judged")(judged)


def versions_command(json: Json = False) -> None:
    """List the versions of what the city declares: when each was published, and what it changed."""
    from creditbus.topics.city.published import changes_between
    from creditbus.topics.city.publishing import adoptions, versions

    connection = Connection.from_environment(store=False)
    lanes = lanes_by_version(adoptions(connection))
    facts: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    for one in versions(connection):
        changes = [{"file": change.path, "change": change.mark} for change in changes_between(before, one.files)]
        moment = city_moment(one.published_ms, "seconds")
        facts.append(
            {"version": one.version, "published_at": moment, "lanes": lanes.get(one.version, 0), "changes": changes}
        )
        before = dict(one.files)
    if json:
        print_json(facts)
        return
    for fact in facts:
        shown = fact | {"published_at": exact_moment_text(fact["published_at"])}
        OUTPUT.print(spoken(messages.VERSION, **shown), soft_wrap=True, markup=False)
        if fact["version"] != 1:
            for change in fact["changes"]:
                OUTPUT.print(f"  {change['change']} {change['file']}", soft_wrap=True, markup=False)


def judged(
    topic: Annotated[str, typer.Argument()],
    partition: Annotated[int, typer.Argument(min=0)],
    offset: Annotated[int, typer.Argument(min=0)],
    json: Json = False,
) -> None:
    """Tell by which version of the declarations the record at an offset was judged."""
    from creditbus.topics.city.adoptions import version_at
    from creditbus.topics.city.publishing import adoptions

    stage = next((name for name, of in STAGES.items() if of.reads(topic)), None)
    if stage is None:
        known = ", ".join(f"{of.input}*" if of.input.endswith(".") else of.input for of in STAGES.values())
        raise ConfigurationError("TOPIC", messages.NO_STAGE_READS(topic=topic), messages.STAGES_READ(topics=known))
    version = version_at(adoptions(Connection.from_environment(store=False)), stage, topic, partition, offset)
    if json:
        place = {"topic": topic, "partition": partition, "offset": offset}
        print_json({**place, "stage": stage, "version": version or None})
        return
    said = messages.JUDGED_BY if version else messages.NOT_JUDGED
    OUTPUT.print(spoken(said, stage=stage, version=version), soft_wrap=True, markup=False)


def lanes_by_version(found: list[Adoption]) -> dict[int, int]:
    """Count the lanes of all stages whose newest version is this."""
    newest: dict[tuple[str, int], int] = {}
    for one in found:
        place = (one.stage, one.lane)
        newest[place] = max(newest.get(place, 0), one.version)
    versions = list(newest.values())
    return {version: versions.count(version) for version in set(versions)}


def wait_for_lanes(connection: Connection, version: int, seconds: float) -> tuple[int, int]:
    """Wait until all lanes that ever worked work by a version; return how many do, and how many there are."""
    from creditbus.topics.city.publishing import adoptions

    deadline = time.monotonic() + seconds
    while True:
        lanes = lanes_by_version(adoptions(connection))
        there, known = lanes.get(version, 0), sum(lanes.values())
        if there == known or time.monotonic() > deadline:
            return there, known
        time.sleep(_LOOK_SECONDS)
