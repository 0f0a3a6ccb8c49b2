"""`creditbus feed verify`: holds a feed against its signed manifests, and names all that is wrong."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moved import unless_moved
from creditbus.topics.text import placeholders

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.findings import Finding

__all__ = ["Keys", "finding_line", "register"]

Keys = Annotated[list[str] | None, typer.Option("--key")]

_SAID: Final = {
    "gap": (messages.GAP, messages.GAPS),
    "altered": (messages.ALTERED, messages.ALTERED_SEVERAL),
    "swapped": (messages.SWAPPED, messages.SWAPPED),
    "reordered": (messages.REORDERED, messages.REORDERED),
    "repeated": (messages.TWICE, messages.TWICE_SEVERAL),
    "other-records": (messages.OTHER_RECORDS, messages.OTHER_RECORDS),
    "expired": (messages.EXPIRED, messages.EXPIRED_SEVERAL),
    "unsigned": (messages.UNSIGNED, messages.UNSIGNED),
    "manifest-unreadable": (messages.MANIFEST_UNREADABLE, messages.MANIFEST_UNREADABLE),
    "manifest-forged": (messages.MANIFEST_FORGED, messages.MANIFEST_FORGED),
    "manifest-other-signer": (messages.MANIFEST_OTHER_SIGNER, messages.MANIFEST_OTHER_SIGNER),
    "manifest-missing": (messages.MANIFEST_MISSING, messages.MANIFESTS_MISSING),
    "manifest-repeated": (messages.MANIFEST_REPEATED, messages.MANIFEST_REPEATED),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)], key: Keys = None, json: Json = False
) -> None:
    """Check that a feed is whole and is what its manifests were signed for. Exit code 1 when it is not."""
    from creditbus.services.evidence.checking import audit_feed
    from creditbus.services.evidence.keys import trusted_keys
    from creditbus.services.evidence.reading import manifest_documents
    from creditbus.services.worker.memory import tune_memory

    tune_memory()
    connection = connected()
    known_subscriber(subscriber)
    trusted = trusted_keys(key or (), connection.home)
    documents = manifest_documents(connection, subscriber)
    work = audit_feed(connection, subscriber, documents, trusted)
    audit = asyncio.run(unless_moved(connection, work))
    bad = [one for one in audit.findings if not one.fault.harmless]
    if json:
        print_json(
            {
                "feed": audit.topic,
                "records": audit.records,
                "manifests": len(documents),
                "checked": audit.checked,
                "findings": [asdict(one) for one in audit.findings],
            }
        )
    else:
        for one in audit.findings:
            ERRORS.print(f"creditbus: {finding_line(one)}", markup=False)
        if not trusted:
            ERRORS.print(spoken(messages.NO_TRUSTED_KEY, count=len(documents)), markup=False)
        counts = {"count": audit.records, "manifests": len(audit.checked), "faults": len(bad)}
        OUTPUT.print(spoken(messages.VERIFIED, **counts), soft_wrap=True, markup=False)
    if bad:
        raise typer.Exit(1)


def finding_line(found: Finding) -> str:
    """Return what is wrong as one line for a person."""
    one, several = _SAID[found.fault.value]
    message = one if found.first == found.last else several
    facts = {"number": found.first, "first": found.first, "last": found.last, "signer": found.signer}
    said = str(spoken(message(**{name: facts[name] for name in placeholders(message.en)})))
    place = "" if found.partition is None else spoken(messages.PARTITION, partition=found.partition)
    return place + said
