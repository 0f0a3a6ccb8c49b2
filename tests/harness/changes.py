"""What the bus says on credit.changes, as much of it as the checks look at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from creditbus.avro_schemas import RawItem, raw_catalogue
from tests.harness.consents import pairs
from tests.harness.recomputation import CONTENT_VERBS, REGISTRATION, Facts, RecordId, ingest_place
from tests.harness.wire import Observer, Record, digest

__all__ = [
    "EXPIRED",
    "RETRACTED",
    "Change",
    "Entry",
    "Policy",
    "changes_of",
    "counted",
    "facts_of",
    "gates_in",
    "policy_of",
    "value_before",
]

EXPIRED = "EXPIRED"
RETRACTED = ("WITHDRAWN", "REPAIRED", EXPIRED)
_END = "EXPIRE"
_GIVEN_UP = "主体更正：记录所用代码不属于该主体"
"""The reason with which a subject gives up a record: the code by which it came is another one's."""

Entry = bytes | None


class Policy(NamedTuple):
    """By which grants a change is shown: those of a version, on a day, counted from 1970-01-01."""

    version: int
    day: int


class Change(NamedTuple):
    """What matters of one change."""

    record: Record
    source: tuple[str, int, int]
    """Where the event was received."""
    name: RecordId
    version: int
    verb: str
    applied: tuple[str, int, str]
    """Kind of change, revision, state."""
    previous_state: str | None
    facts: Facts
    """Of the subject after it."""
    policy: Policy
    consents: frozenset[tuple[str, str]]
    """Of the subject: those that count for the record."""
    before: tuple[Facts, Policy, frozenset[tuple[str, str]], str] | None
    """The same three of the record's last change, and its gate; None: they are the same, and there is no gate."""
    gate: str
    """Column and value of the record's content for which it may be withheld; empty: its item has no such column."""
    event_id: bytes
    published: tuple[int, int]
    """When and where in its partition the event was received."""
    content: bytes
    said: bytes
    header: bytes
    """Digest of all of the header but its id and what was applied."""
    registers: Facts | None
    """What a registration's content says of the subject."""
    shown: Sequence[Entry]
    """What each subscriber must be shown, digested; None: nothing."""
    gives_up: bool
    """Whether it takes the record out of its subject's profile, and nobody's event."""

    @property
    def under(self) -> tuple[Facts, Policy, frozenset[tuple[str, str]]]:
        """What feeds look at besides the record."""
        return self.facts, self.policy, self.consents

    @property
    def where(self) -> str:
        return f"{self.record.place} at {self.record.offset}"

    @property
    def restated(self) -> bool:
        return self.applied[0] == "RESTATED"

    @property
    def ends(self) -> bool:
        """Whether the end of the publication made it, and nobody's event."""
        return self.verb == _END

    @property
    def by_event(self) -> bool:
        return not self.restated and not self.ends and not self.gives_up

    @property
    def state(self) -> str:
        return self.applied[2]


def changes_of(
    observer: Observer,
    shown: Callable[[dict[str, Any]], Sequence[Entry]],
    gates: Mapping[str, str] | None = None,
) -> list[Change]:
    """Read every change, partition by partition.

    Args:
        observer: has seen them.
        shown: tells what each subscriber must be shown of one.
        gates: by item, the column for whose value its records may be withheld; None: as shipped.

    """
    named = gates_in(raw_catalogue()) if gates is None else gates
    return [_change(observer, record, shown, named) for record in observer.of("credit.changes")]


def gates_in(items: Mapping[str, RawItem]) -> dict[str, str]:
    """Return by item the column for whose value its records may be withheld, where it has one."""
    said = {item: raw.entry.get("disclosure", {}).get("withheld_unless_disclosed") for item, raw in items.items()}
    return {item: name for item, name in said.items() if name is not None}


def facts_of(said: dict[str, Any]) -> Facts:
    """Return the facts as `applied` and `before` say them."""
    return Facts(said["registered"], said["registered_name"], said["district"])


def policy_of(said: dict[str, Any]) -> Policy:
    """Return the policy as `applied` and `before` say it."""
    return Policy(**said["policy"])


def counted(event: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a decoded change, with the value for which its record is withheld or not.

    An act, or what is emitted again, leaves a record as it was, whatever its row says of it.
    """
    header = event["header"]
    content: dict[str, Any] = event["content"]
    applied = header["applied"]
    before = applied["before"]
    if before is None or applied["change"] not in {"TRANSITION", "RESTATED"}:
        return content
    return content | value_before(before)


def value_before(before: dict[str, Any]) -> dict[str, str | None]:
    """Return column and value for which a record might be withheld before a change; nothing where it says neither."""
    name, _, value = before["gate"].partition("=")
    return {name: value or None} if name else {}


def _change(
    observer: Observer,
    record: Record,
    shown: Callable[[dict[str, Any]], Sequence[Entry]],
    gates: Mapping[str, str],
) -> Change:
    event = observer.wire.decode(record.value)
    header, content = event["header"], event["content"]
    applied, before = header["applied"], header["applied"]["before"]
    name = gates.get(header["item"])
    gate = "" if name is None else f"{name}={counted(event)[name] or ''}"
    registers = None
    if header["item"] == REGISTRATION and header["verb"] in CONTENT_VERBS:
        registers = Facts(True, content["ENTNAME"] or "", content["DOMDISTRICT"] or "")
    return Change(
        record,
        ingest_place(event, observer.partitions),
        RecordId(*(header[part] for part in RecordId._fields)),
        applied["version"],
        header["verb"],
        (applied["change"], applied["revision"], applied["state"]),
        applied["previous_state"],
        facts_of(applied),
        policy_of(applied),
        frozenset(pairs(applied)),
        None if before is None else (facts_of(before), policy_of(before), frozenset(pairs(before)), before["gate"]),
        gate,
        header["event_id"],
        (header["received_at"], header["sequence"]),
        digest(content),
        digest(*(event[part] for part in ("act", "claim", "content"))),
        digest({name: value for name, value in header.items() if name not in {"event_id", "applied"}}),
        registers,
        shown(event),
        header["verb"] == "WITHDRAW" and event["act"]["reason"] == _GIVEN_UP,
    )
