"""What the profile store knows of a lane: its subjects, and under which policies it emits their records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from creditbus.services.domain.event import Policy

__all__ = ["LANE_CHUNK", "LanePolicies", "LaneSubjects", "codes_of"]

#: Subjects of a full chunk. A batch with a new subject writes the last chunk again, and a lane is restated by chunks:
#: with 64 other changes waited for 3.0 s at worst while 200,000 records were restated, with 8 for 0.9 s
#: (docs/adr/0040-policies.md).
LANE_CHUNK: Final = 8

_COUNT_BYTES: Final = 4
#: In no code of a subject.
_SEPARATOR: Final = b"\xff"


def codes_of(chunk: bytes) -> list[bytes]:
    """Return the subjects of a full chunk."""
    return chunk.split(_SEPARATOR) if chunk else []


class LaneSubjects:
    """The subjects of a lane, in the order in which they were first there.

    Args:
        value: what `encode` gave; None: there is none yet.

    Attributes:
        count: how many there are.
        last: those that fill no chunk yet.

    """

    __slots__ = ("count", "last")

    def __init__(self, value: bytes | None) -> None:
        self.count = 0 if value is None else int.from_bytes(value[:_COUNT_BYTES], "big")
        self.last = b"" if value is None else value[_COUNT_BYTES:]

    @property
    def chunks(self) -> int:
        """The number of full chunks; the last subjects come after them."""
        return self.count // LANE_CHUNK

    def add(self, code: bytes) -> tuple[int, bytes] | None:
        """Count a new one; return number and content of the chunk that it filled, if it did."""
        self.count += 1
        self.last = b"%b%b%b" % (self.last, _SEPARATOR, code) if self.last else code
        if self.count % LANE_CHUNK:
            return None
        full, self.last = self.last, b""
        return self.chunks - 1, full

    def encode(self) -> bytes:
        """Return the bytes that the store holds."""
        return self.count.to_bytes(_COUNT_BYTES, "big") + self.last

    def __repr__(self) -> str:
        """Say nothing of the subjects themselves."""
        return f"<LaneSubjects {self.count}>"


@dataclass(frozen=True, slots=True)
class LanePolicies:
    """Under which policies a lane emits its records.

    Attributes:
        policies: by item.
        behind: items of which records were last emitted under others, and are still to be restated.
        chunk: number of the next chunk of subjects whose records are to be restated; the last subjects count as the
            last chunk. It counts only where something is behind.

    """

    policies: Mapping[str, Policy]
    behind: frozenset[str] = frozenset()
    chunk: int = 0

    def is_after(self, policies: Mapping[str, Policy]) -> bool:
        """Tell whether one of these is of an earlier day than the same version's here."""
        pairs = ((self.policies.get(item, policy), policy) for item, policy in policies.items())
        return any(here["version"] == there["version"] and here["day"] > there["day"] for here, there in pairs)

    def changed_to(self, policies: Mapping[str, Policy]) -> LanePolicies:
        """Return the same under other policies: what they change is behind from its start."""
        changed = {item for item, policy in policies.items() if self.policies.get(item, policy) != policy}
        return LanePolicies(policies, self.behind | changed, 0 if changed else self.chunk)

    def encode(self) -> bytes:
        """Return the bytes that the store holds; equal ones have equal bytes."""
        pairs = {item: (policy["version"], policy["day"]) for item, policy in self.policies.items()}
        content = {"policies": pairs, "behind": sorted(self.behind), "chunk": self.chunk if self.behind else 0}
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, value: bytes) -> LanePolicies:
        """Return what `encode` wrote."""
        content = json.loads(value)
        pairs: Mapping[str, tuple[int, int]] = content["policies"]
        policies = {item: Policy(version=version, day=day) for item, (version, day) in pairs.items()}
        return cls(policies, frozenset(content["behind"]), content["chunk"])
