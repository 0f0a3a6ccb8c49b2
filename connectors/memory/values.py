"""What a connector's memory is given of a row, and what it yields of records: values without the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from creditbus.services.domain.profile.record import CONTENT_VERBS

__all__ = ["Comparison", "Noted", "StatedRecords", "Unsettled", "VanishedRecord", "noted"]

_DIGEST_BYTES = 16


class Noted(NamedTuple):
    """One row to note. ``repr`` shows its place alone."""

    record: bytes
    """Digest of the record's identity: item, authority, document number and the subject's codes as given."""
    content: bytes
    """Digest of what the row says."""
    alike: bytes
    """Digest of item, authority, document number and the subject's name: equal where only the code was corrected."""
    file: str
    sheet: str
    row: int
    event: bytes
    """The event as it was published, framed Avro: what a withdrawal is made of."""
    act: bool = False
    """It acts on the record; else it states the record's content."""
    time: int | None = None
    """Source time that it states."""
    key: str = ""
    """Names the row in its source; empty where nothing does."""
    at: int = 0
    """Number of the row in its run; of one that stands twice in a reading, where it stood first."""
    since: int = 0
    """Number of the reading in which it was judged a later word; 0: in none."""
    reading: int = 0
    """Number of the reading that it is of; 0: the run's only one."""

    def __repr__(self) -> str:
        return f"Noted(file={self.file!r}, sheet={self.sheet!r}, row={self.row})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A complete run against what the connector had published before, in records."""

    new: int
    unchanged: int
    changed: int
    vanished: int = 0
    """Proposed for withdrawal: rows that intake would refuse are not records, and do not count."""


class VanishedRecord(NamedTuple):
    """A record that was published and that its source does not hold any more. ``repr`` shows its place alone."""

    record: bytes
    """Digest of its identity."""
    file: str
    sheet: str
    row: int
    event: bytes | None
    """As it was published; None where an earlier version noted a row with a key, whose event it did not keep."""
    recoded: bool
    """The source holds the same document for the same name under another code: very likely the same record."""
    keys: tuple[str, ...] = ()
    """Keys of its rows that are gone; empty where the source gives none."""

    def __repr__(self) -> str:
        return f"VanishedRecord(file={self.file!r}, sheet={self.sheet!r}, row={self.row})"


class StatedRecords(NamedTuple):
    """What rows of a source state."""

    records: frozenset[bytes]
    """Digests of records."""
    alike: frozenset[bytes]
    """As of `Noted`, of those whose events are kept."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A record of which something is gone from a reading, and the row that is left to say how it stands."""

    event: bytes = field(repr=False)
    """As it was published first."""
    time: int | None
    file: str
    sheet: str
    row: int
    lifts: bool
    """The acts on it are gone."""


def noted(event: Mapping[str, Any], value: bytes, key: str = "") -> Noted:
    """Digest an event that is about to be published; `key` names its row in the source, if anything does."""
    header, origin = event["header"], event["header"]["origin"]
    document = (header["item"], header["authority"], header["document_no"])
    return Noted(
        _digest((*document, *event["claim"].values())),
        _digest(event["content"].values()),
        _digest((*document, header["subject_name"])),
        origin["file"],
        origin["sheet"],
        origin["row"],
        value,
        header["verb"] not in CONTENT_VERBS,
        header["source_time"],
        key,
    )


def _digest(parts: Iterable[Any]) -> bytes:
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
