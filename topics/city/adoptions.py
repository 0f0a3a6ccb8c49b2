"""Which version of the declarations judged an event: from where on each lane of a stage works by which.

A lane takes a version up between two records, in a transaction of its own (services/engine/run/adoption.py). So for
each record that a stage has read there is one version that judged it, and `version_at` names it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Adoption", "version_at"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """A lane works by a version from some offsets on.

    Attributes:
        stage: its name.
        lane: partition number of all topics that it reads.
        version: of the declarations.
        offsets: by topic, the first one that this version judges.

    """

    stage: str
    lane: int
    version: int
    offsets: Mapping[str, int]

    def encode(self) -> tuple[bytes, bytes]:
        """Return key and value of its record; no two adoptions at different offsets have the same key."""
        value = {"stage": self.stage, "lane": self.lane, "version": self.version, "offsets": dict(self.offsets)}
        where = ",".join(f"{topic}@{offset}" for topic, offset in sorted(self.offsets.items()))
        return f"{self.stage}/{self.lane}/{self.version}/{where}".encode(), json.dumps(value).encode()

    @classmethod
    def decode(cls, value: bytes) -> Adoption:
        """Read the value of a record."""
        content = json.loads(value)
        return cls(content["stage"], content["lane"], content["version"], content["offsets"])


def version_at(adoptions: Iterable[Adoption], stage: str, topic: str, partition: int, offset: int) -> int:
    """Return the version by which a stage judges the record at an offset; 0: none that was published."""
    return max(
        (
            one.version
            for one in adoptions
            if one.stage == stage and one.lane == partition and one.offsets.get(topic, offset + 1) <= offset
        ),
        default=0,
    )
