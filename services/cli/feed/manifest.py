"""`creditbus feed manifest`: signs what feeds have got since their last manifests, once or again and again."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.durations import seconds_of
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moments import moment_text
from creditbus.services.cli.stopping import until_asked
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.manifest import Manifest
    from creditbus.services.evidence.keys import SigningKey
    from creditbus.services.evidence.rounds import Signing

__all__ = ["manifest_line", "register"]

#: Each manifest is a record that is kept for ever, and each round reads them.
_SHORTEST_SECONDS: Final = 60


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("manifest")(manifest)


def manifest(
    subscriber: Annotated[str | None, typer.Argument(autocompletion=subscribers)] = None,
    every: Annotated[str | None, typer.Option("--every")] = None,
    json: Json = False,
) -> None:
    """Sign what feeds have got since their last manifests, and publish that on `feed.<subscriber>.manifest`.

    Exit code 1 when one of several feeds could not be signed. With `--every` it goes on until Ctrl-C or SIGTERM.
    """
    from creditbus.services.evidence.keys import load_key

    connection = connected()
    wanted = None if subscriber is None else known_subscriber(subscriber)
    key = load_key(connection.home)
    if every is not None:
        _again_and_again(wanted, key, seconds_of(every, "--every", _SHORTEST_SECONDS), json=json)
    elif wanted is not None:
        _one(connection, wanted, key, json=json)
    else:
        _all(connection, key, json=json)


def manifest_line(made: Manifest) -> str:
    """Return what a manifest says as one line for a person."""
    spans = (f"{one.partition}: {one.first:,}…{one.last:,}" for one in made.spans if one.records)
    said = spoken(messages.MANIFEST, number=made.number, feed=made.feed, count=made.records)
    return f"{said}  {'  '.join(spans)}"


def _one(connection: Connection, subscriber: str, key: SigningKey, *, json: bool) -> None:
    from creditbus.services.evidence.publishing import publish_manifest

    made = publish_manifest(connection, subscriber, key)
    if json:
        print_json(None if made is None else _facts(made))
        return
    if made is None:
        OUTPUT.print(spoken(messages.NOTHING_NEW), soft_wrap=True, markup=False)
    else:
        _show(made)


def _all(connection: Connection, key: SigningKey, *, json: bool) -> None:
    from creditbus.services.evidence.rounds import sign_feeds

    found = []
    for one in sign_feeds(connection, sorted(subscribers()), key, clock=time.time):
        found.append(one)
        if not json:
            _tell(one)
            if one.manifest is None and one.error is None:
                line = spoken(messages.NOTHING_NEW_FOR, subscriber=one.subscriber)
                OUTPUT.print(line, soft_wrap=True, markup=False)
    if json:
        print_json([_outcome(one) for one in found])
    if any(one.error is not None for one in found):
        raise typer.Exit(1)


def _again_and_again(wanted: str | None, key: SigningKey, interval_seconds: int, *, json: bool) -> None:
    from creditbus.services.evidence.rounds import signing_rounds
    from creditbus.services.evidence.watermarks import present_watermarks

    def bus() -> tuple[Connection, Sequence[str]]:
        # a city may have declared another subscriber since, and a local bus may have moved
        connection = connected()
        return connection, sorted(subscribers()) if wanted is None else [wanted]

    def work(stop: threading.Event) -> None:
        rounds = signing_rounds(
            bus, key, interval_seconds, clock=time.time, wait=stop.wait, watermarks=present_watermarks
        )
        for one in rounds:
            if stop.is_set():
                return
            if not json:
                _tell(one)
            elif one.manifest is not None or one.error is not None:
                sys.stdout.buffer.write(orjson.dumps(_outcome(one), option=orjson.OPT_APPEND_NEWLINE))
                sys.stdout.flush()

    ERRORS.print(spoken(messages.SIGNING_EVERY, seconds=interval_seconds, signer=key.public.name), markup=False)
    until_asked(work)


def _tell(one: Signing) -> None:
    if one.error is not None:
        ERRORS.print(f"creditbus: {spoken(one.error.text())}", markup=False)
    elif one.manifest is not None:
        _show(one.manifest)


def _show(made: Manifest) -> None:
    from creditbus.services.domain.evidence.watermark import is_ahead

    OUTPUT.print(manifest_line(made), soft_wrap=True, markup=False)
    if is_ahead(made.since_ms, made.made_ms):
        when = moment_text(made.since_ms)
        line = spoken(messages.MANIFEST_AFTER_LATER, number=made.number, feed=made.feed, when=when)
        ERRORS.print(f"creditbus: {line}", markup=False)


def _outcome(one: Signing) -> dict[str, Any]:
    return {
        "subscriber": one.subscriber or None,
        "manifest": None if one.manifest is None else _facts(one.manifest),
        "error": None if one.error is None else str(one.error),
    }


def _facts(made: Manifest) -> Any:
    return orjson.loads(made.document())
