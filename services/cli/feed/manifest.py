"""`creditbus feed manifest`: signs what a feed has got since its last manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.manifest import Manifest

__all__ = ["manifest_line", "register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("manifest")(manifest)


def manifest(subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)], json: Json = False) -> None:
    """Sign what a feed has got since its last manifest, and publish that on `feed.<subscriber>.manifest`."""
    from creditbus.services.evidence.keys import load_key
    from creditbus.services.evidence.publishing import publish_manifest

    connection = connected()
    known_subscriber(subscriber)
    made = publish_manifest(connection, subscriber, load_key(connection.home))
    if json:
        print_json(None if made is None else _facts(made))
        return
    OUTPUT.print(spoken(messages.NOTHING_NEW) if made is None else manifest_line(made), soft_wrap=True, markup=False)


def manifest_line(made: Manifest) -> str:
    """Return what a manifest says as one line for a person."""
    spans = (f"{one.partition}: {one.first:,}…{one.last:,}" for one in made.spans if one.records)
    said = spoken(messages.MANIFEST, number=made.number, feed=made.feed, count=made.records)
    return f"{said}  {'  '.join(spans)}"


def _facts(made: Manifest) -> Any:
    return orjson.loads(made.document())
