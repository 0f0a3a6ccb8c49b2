"""`creditbus feed prove` and `check-proof`: that one record is in a feed, shown to somebody who sees no other."""

from __future__ import annotations

import asyncio
import base64
import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.feed.verify import Keys
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moved import unless_moved
from creditbus.services.cli.written_files import writing
from creditbus.topics.connection import home_directory
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.note import PublicKey, Verify

__all__ = ["register"]

_SAID: Final = {
    "manifest-forged": messages.PROOF_FORGED,
    "manifest-other-signer": messages.PROOF_OTHER_SIGNER,
    "other-place": messages.PROOF_OTHER_PLACE,
    "not-included": messages.PROOF_NOT_INCLUDED,
}
_RECORD_SAID: Final = {
    "other-content": messages.RECORD_OTHER_CONTENT,
    "other-schema": messages.RECORD_OTHER_SCHEMA,
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("prove")(prove)
    app.command("check-proof")(check_proof)


def prove(
    subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)],
    event: Annotated[str, typer.Argument()],
    to: Annotated[Path, typer.Option("--to")] = Path("proof.json"),
    key: Keys = None,
    json: Json = False,
) -> None:
    """Write a proof that a feed holds the record of an event."""
    from creditbus.services.evidence.checking import prove_record

    connection = connected()
    known_subscriber(subscriber)
    trusted = _trusted(key, connection.home)
    with writing(to):
        _look_at(to)
    proof = asyncio.run(unless_moved(connection, prove_record(connection, subscriber, event, trusted)))
    with writing(to):
        to.write_bytes(proof.document())
    if json:
        print_json({"file": str(to), "partition": proof.partition, "feed_seq": proof.sequence})
        return
    place = f"{proof.partition}/{proof.sequence}"
    OUTPUT.print(spoken(messages.PROOF_WRITTEN, path=to, place=place), soft_wrap=True, markup=False)


def check_proof(file: Annotated[Path, typer.Argument()], key: Keys = None, json: Json = False) -> None:
    """Check a proof, without the bus. Exit code 1 when it proves nothing."""
    from creditbus.services.domain.evidence.inclusion_file import InclusionFault, checked, read_inclusion
    from creditbus.services.domain.evidence.readable_record import compared
    from creditbus.services.domain.invisible import visible

    trusted = _trusted(key, home_directory())
    try:
        proof = read_inclusion(file.read_bytes())
    except OSError as error:
        raise ConfigurationError(str(file), messages.NO_PROOF_FILE(), messages.PROVE_FIRST()) from error
    if proof is None:
        raise ConfigurationError(str(file), messages.NOT_A_PROOF(), messages.PROVE_FIRST())
    outcome = checked(proof, trusted)
    if isinstance(outcome, InclusionFault):
        if json:
            print_json({"proved": False, "reason": outcome.value})
        else:
            OUTPUT.print(spoken(_SAID[outcome.value]), soft_wrap=True, markup=False)
        raise typer.Exit(1)
    manifest, opened = outcome
    content = compared(proof)
    if content.outcome in _RECORD_SAID:
        if json:
            print_json({"proved": False, "reason": f"record-{content.outcome.value}", "field": content.field or None})
        else:
            said = spoken(_RECORD_SAID[content.outcome], field=content.field)
            OUTPUT.print(visible(said), soft_wrap=True, markup=False)
        raise typer.Exit(1)
    if json:
        facts = {"feed": manifest.feed, "partition": proof.partition, "feed_seq": proof.sequence}
        signed = {"manifest": manifest.number, "made_ms": manifest.made_ms, "signer": opened.signer.text()}
        # bytes of the record are what is proved; the schema that gives them their names is signed by nobody
        # the file is read once: it may be a pipe, and another one by now
        shown = {"record": content.outcome.value, "schema_sha256": content.schema_sha256}
        print_json({"proved": True, **facts, **signed, "value": base64.b64encode(proof.value).decode(), **shown})
        return
    place = {"feed": manifest.feed, "partition": proof.partition, "number": proof.sequence}
    said = spoken(messages.PROVED, **place, manifest=manifest.number, signer=opened.signer.name)
    OUTPUT.print(said, soft_wrap=True, markup=False)
    same = {"schema": content.schema_id, "digest": content.schema_sha256}
    line = spoken(messages.RECORD_COMPARED, **same) if content.schema_sha256 else spoken(messages.RECORD_NOT_COMPARED)
    OUTPUT.print(line, soft_wrap=True, markup=False)


def _look_at(to: Path) -> None:
    """See whether a proof can have this place, before the whole feed is read for it.

    Raises:
        OSError: it cannot.

    """
    if to.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(to))
    try:
        (to.parent / "..").stat()  # by way of it: so it has to be a folder
    except OSError as error:
        error.filename = str(to.parent)
        raise


def _trusted(keys: Sequence[str] | None, home: Path) -> Sequence[tuple[PublicKey, Verify]]:
    from creditbus.services.evidence.keys import trusted_keys

    trusted = trusted_keys(keys or (), home)
    if not trusted:
        raise ConfigurationError("--key", messages.NO_KEY_TO_TRUST(), messages.GIVE_A_KEY())
    return trusted
