"""Events by the million: one registration and one licence as the connectors make them, other codes and numbers set in.

Making each event from its row takes a tenth of a millisecond; this takes a twentieth of that. Every other byte is the
same in all of them, so that caches of names and districts always hit: differences between sizes are what it is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from random import Random
from typing import Final

from ground import Ground, opened
from load import Loads, Sent, run_in_memory, write
from story import Step, decisions, known_subjects, registering

from creditbus.services.domain.event import partition_of
from creditbus.services.domain.identifiers import organisation_code, uscc
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Stamps", "expected", "write_all"]

_SEED: Final = 20240601
_SUBJECTS: Final = 500
_CHUNK: Final = 100_000
_NUMBER: Final = "90000000"
_DISTRICT: Final = "420106"
_OWNER: Final = b".administrative-approval"


class Stamps:
    """Makes events that intake admits and every feed of the package's declarations receives.

    Args:
        ground: servers with the schemas.
        lanes: partitions of each topic.

    """

    def __init__(self, ground: Ground, lanes: int = 4) -> None:
        self._lanes = lanes
        bus = opened(ground.connection, ground.declared)
        loads = Loads(bus.stages, SchemaRegistry(ground.connection.registry_url), lanes)
        random = Random(_SEED)
        enterprises = [subject for subject in known_subjects(random, _SUBJECTS) if subject.uscc.startswith("91")]
        subject = next(subject for subject in enterprises if subject.district == _DISTRICT)
        told = next(step for step in decisions(random, [subject], 10, 0.0) if step.kind == "licences")
        number = f"示审批许〔2017〕{_NUMBER}号"
        ingest = loads.ingest([*registering(random, [subject]), Step("licences", told.cells | {"XK_WSH": number})])
        self._code = subject.uscc.encode()
        self._registration, self._licence = ingest
        self._registered, self._licensed = run_in_memory(bus.stages["intake"], ingest).to("credit.events")
        header = bus.codec.open(self._licensed.value or b"").header
        self._feed_key = "|".join(
            (header["subject"], header["item"], header["authority"], header["document_no"])
        ).encode()

    def registration(self, subject: int) -> Sent:
        """Return the registration of the n-th subject for intake."""
        return self._stamped(self._registration, subject, 0)

    def licence(self, subject: int, number: int, department: str = "") -> Sent:
        """Return a licence of the n-th subject for intake, from another department when one is named."""
        sent = self._stamped(self._licence, subject, number)
        if not department:
            return sent
        owner = bytes([2 * len(department)]) + department.encode()
        return sent._replace(topic=f"ingest.{department}", value=(sent.value or b"").replace(_OWNER, owner))

    def registered(self, subject: int) -> Sent:
        """Return the registration of the n-th subject for profiles."""
        return self._stamped(self._registered, subject, 0)

    def licensed(self, subject: int, number: int) -> Sent:
        """Return a licence of the n-th subject for profiles."""
        return self._stamped(self._licensed, subject, number)

    def feed_key(self, subject: int, number: int) -> bytes:
        """Return the key that a licence of the n-th subject has in a feed."""
        return self._feed_key.replace(self._code, _code(subject)).replace(_NUMBER.encode(), b"%08d" % number)

    def _stamped(self, sent: Sent, subject: int, number: int) -> Sent:
        code, digits = _code(subject), b"%08d" % number
        key = (sent.key or b"").replace(self._code, code).replace(_NUMBER.encode(), digits)
        value = (sent.value or b"").replace(self._code, code).replace(_NUMBER.encode(), digits)
        return sent._replace(partition=partition_of(key, self._lanes), key=key, value=value)


def expected(ground: Ground, registrations: int, licences: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return what must come of this many stamped events: records by feed, and the ledger's outcomes."""
    items = {"enterprise-registration": registrations, "administrative-licence": licences}
    feeds = {
        f"feed.{name}": sum(count for item, count in items.items() if item in subscriber.items)
        for name, subscriber in ground.declared.subscribers.items()
    }
    total = registrations + licences
    return {name: count for name, count in feeds.items() if count}, {"received": total, "applied NEW": total}


def _code(subject: int) -> bytes:
    """Return a valid unified social credit code that can belong to nobody."""
    body = f"E{subject:07d}"
    code = "91990106" + body + organisation_code.check_character(body)
    return (code + uscc.check_character(code)).encode()


def write_all(bootstrap_servers: str, records: Iterable[Sent], topic: str = "") -> int:
    """Write records chunk by chunk, to their own topics or to this one; return how many."""
    count = 0
    iterator = iter(records)
    while chunk := list(islice(iterator, _CHUNK)):
        write(bootstrap_servers, chunk, (lambda _: topic) if topic else (lambda name: name))
        count += len(chunk)
    return count
