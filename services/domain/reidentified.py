"""What profiles and the resolver say to each other when a code turns out to be another subject's."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CodeClaim", "MovedRecord"]


class CodeClaim(NamedTuple):
    """Whether the register rows of a subject name a legacy code (avro_schemas/code_claim.avsc)."""

    subject: str
    holds: bool

    def __repr__(self) -> str:
        """Say nothing of the subject."""
        return f"<CodeClaim {self.holds}>"


class MovedRecord(NamedTuple):
    """A record on its way to another subject (avro_schemas/moved_record.avsc)."""

    legacy_key: str
    subject: str
    name: bytes
    value: bytes
    corrections: bytes | None
    statement: bytes | None

    def __repr__(self) -> str:
        """Say nothing of what the record is about."""
        return f"<MovedRecord of {len(self.value)} bytes>"
