"""What profiles and the resolver say to each other when a code turns out to be another subject's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> MovedRecord:
        """Return it as it was decoded."""
        parts = (record["legacy_key"], record["subject"], record["name"], record["value"])
        return cls(*parts, record["corrections"], record["statement"])

    def __repr__(self) -> str:
        """Say nothing of what the record is about."""
        return f"<MovedRecord of {len(self.value)} bytes>"
