"""The shape of an event in memory: what fastavro reads and writes for avro_schemas/header.avsc.

Plain typed dictionaries, because every stage handles tens of thousands of headers a second and
fastavro builds dictionaries: a class per header would double the cost of reading it.
They carry names and numbers of real people and enterprises: never log one.
"""

from __future__ import annotations

import zlib
from enum import StrEnum
from hashlib import blake2b
from typing import Final, TypedDict, cast

__all__ = [
    "ACT_FIELDS",
    "CLAIM_FIELDS",
    "FROM_PREDECESSOR",
    "ID_BYTES",
    "NO_ACT",
    "NO_CODES",
    "NO_HASH",
    "ROW_ACT_FIELDS",
    "TO_SUCCESSOR",
    "Act",
    "Applied",
    "Change",
    "Claim",
    "Consent",
    "Content",
    "Facts",
    "Header",
    "Origin",
    "Policy",
    "RecordState",
    "SubjectKind",
    "Verb",
    "content_hash",
    "event_id",
    "ingest_key",
    "partition_of",
    "record_key",
    "restated_id",
    "said_id",
]

#: Length of an event's id and of its content's hash: BLAKE2b-128.
ID_BYTES: Final = 16
NO_HASH = bytes(ID_BYTES)

#: Before the other subject's code in the document number of a succession: the predecessor's record, the successor's.
TO_SUCCESSOR: Final = "→"
FROM_PREDECESSOR: Final = "←"

Content = dict[str, str | None]


class Verb(StrEnum):
    """What happened to a record; see docs/record-states.md."""

    ISSUE = "ISSUE"
    AMEND = "AMEND"
    END = "END"
    WITHDRAW = "WITHDRAW"
    DISPUTE = "DISPUTE"
    SETTLE = "SETTLE"
    ANNOTATE = "ANNOTATE"
    REPAIR = "REPAIR"
    EXPIRE = "EXPIRE"


class SubjectKind(StrEnum):
    """Kind of a subject (GB 32100-2015 table 1, grouped as the city's catalogue groups them)."""

    UNSTATED = "UNSTATED"
    ENTERPRISE = "ENTERPRISE"
    INDIVIDUAL_BUSINESS = "INDIVIDUAL_BUSINESS"
    INSTITUTION = "INSTITUTION"
    SOCIAL_ORGANISATION = "SOCIAL_ORGANISATION"
    STATE_ORGAN = "STATE_ORGAN"
    OTHER_ORGANISATION = "OTHER_ORGANISATION"
    NATURAL_PERSON = "NATURAL_PERSON"


class RecordState(StrEnum):
    """State of a record; see docs/record-states.md."""

    ACTIVE = "ACTIVE"
    DISPUTED = "DISPUTED"
    REPAIRED = "REPAIRED"
    EXITED = "EXITED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class Change(StrEnum):
    """What happened to a record."""

    NEW = "NEW"
    AMENDED = "AMENDED"
    TRANSITION = "TRANSITION"
    RESTATED = "RESTATED"
    """No event changed it: it is emitted again, because the facts of its subject changed, or the grants."""


class Origin(TypedDict):
    """The place an event came from; every outcome is booked against it."""

    department: str
    run: str
    file: str
    sheet: str
    row: int


class Policy(TypedDict):
    """By which grants feeds show a change (`services.domain.feed.policy`).

    `version` is the one of the city's declarations since which the grants and the disclosure of its item stand as they
    do, 0 where none was published; `day` the last one on which one of these grants began or was over, in days since
    1970-01-01, 0 where none did.
    """

    version: int
    day: int


class Consent(TypedDict):
    """A consent of the subject that is in force: to whom, by the unified social credit code, and what for."""

    receiver: str
    purpose: str


class Facts(TypedDict):
    """What feeds look at besides the record.

    That is the registration of its subject, empty without one, the grants, and the subject's consents to records of its
    item. `gate` is the field for whose value the record may be withheld (`withheld_unless_disclosed`), with the value
    that it had, as `CODE=value`; empty where the item has no such field.
    """

    registered_name: str
    district: str
    registered: bool
    policy: Policy
    consents: list[Consent]
    gate: str


class Applied(TypedDict):
    """What the profiles stage decided.

    `before` are the facts under which the record was last emitted, where they differ from those of now; of an item
    whose records may be withheld for a value, of every record that was there.
    """

    change: str
    version: int
    revision: int
    state: str
    previous_state: str | None
    registered_name: str
    district: str
    registered: bool
    policy: Policy
    before: Facts | None
    consents: list[Consent]


class Header(TypedDict):
    """The prefix of every event; fields as documented in avro_schemas/header.avsc."""

    item: str
    verb: str
    event_id: bytes
    content_hash: bytes
    authority: str
    authority_name: str
    document_no: str
    subject: str
    subject_name: str
    subject_kind: str
    state: str
    source_time: int | None
    received_at: int
    sequence: int
    reading: int | None
    lifts: bool
    origin: Origin
    normalised: int
    warnings: list[str]
    applied: Applied | None


class Act(TypedDict):
    """The decision that an event carries.

    `statement` is what the subject states about the record, whatever the event is; only the profiles stage sets it.
    """

    decision_no: str | None
    organ: str | None
    legal_basis: str | None
    decided_on: str | None
    effective_from: str | None
    effective_to: str | None
    reason: str | None
    statement: str | None


class Claim(TypedDict):
    """The subject's codes as the department gave them."""

    uscc: str | None
    organisation_code: str | None
    registration_no: str | None
    tax_no: str | None
    institution_no: str | None
    social_organisation_no: str | None
    person_id_kind: str | None
    person_id: str | None


#: The fields of both, as header.avsc orders them, and both without a value. Shared: do not change them.
ACT_FIELDS: Final[tuple[str, ...]] = tuple(Act.__annotations__)
CLAIM_FIELDS: Final[tuple[str, ...]] = tuple(Claim.__annotations__)
#: Those of an act that a row's own fields fill.
ROW_ACT_FIELDS: Final = tuple(name for name in ACT_FIELDS if name != "statement")
NO_ACT: Final = cast("Act", dict.fromkeys(ACT_FIELDS))
NO_CODES: Final = cast("Claim", dict.fromkeys(CLAIM_FIELDS))


def record_key(header: Header) -> str:
    """Return the key of a record within its subject: item, deciding authority, document number."""
    return f"{header['item']}|{header['authority']}|{header['document_no']}"


def ingest_key(header: Header) -> bytes:
    """Return the key under which a department publishes.

    Subjects are left out, a succession's second one too: rows that name a subject by an old code and
    by the new one share a partition and so keep their order.
    """
    return record_key(header).partition(TO_SUCCESSOR)[0].encode()


def content_hash(content: bytes) -> bytes:
    """Return the hash by which two events say the same: BLAKE2b-128 of the content's Avro bytes."""
    return blake2b(content, digest_size=ID_BYTES).digest()


def event_id(header: Header, named: str) -> bytes:
    """Return the id of an event, derived from what it says; `named` is the subject, or how the row names it.

    Of a later word of a source that tells its present state, also from its place in the order: a value that is set back
    says what was said before, and is another event.
    """
    said, reading = said_id(header, named), header["reading"]
    return said if reading is None else blake2b(said + str(reading).encode(), digest_size=ID_BYTES).digest()


def said_id(header: Header, named: str) -> bytes:
    """Return the id of what an event says, whenever it says so; arguments as of `event_id`."""
    identity = (
        header["item"],
        header["verb"],
        header["authority"],
        header["document_no"],
        named,
        str(header["source_time"]),
    )
    digest = blake2b("\0".join(identity).encode(), digest_size=ID_BYTES)
    digest.update(header["content_hash"])
    return digest.digest()


def restated_id(last: bytes, version: int) -> bytes:
    """Return the event id of a record that is emitted again: whoever knows the last one takes it for another.

    Args:
        last: event id under which the record was last emitted.
        version: of the subject's profile.

    """
    return blake2b(b"restated\0%b%b" % (last, version.to_bytes(8, "big")), digest_size=ID_BYTES).digest()


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key: CRC-32 modulo, librdkafka's `consistent` partitioner."""
    # Given with every record, never left to a client: each has a default of its own (Java's is murmur2), and one
    # forgotten setting would end the order within a record without a word (docs/adr/0010).
    return zlib.crc32(key) % partitions
