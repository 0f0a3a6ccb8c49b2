"""What ends the keeping of a copy, in addition to servers that are away."""

from __future__ import annotations

from creditbus.services.domain.evidence.continuity import Break

__all__ = ["BrokenFeedError", "OldSnapshotError"]


class BrokenFeedError(Exception):
    """The feed does not go on where the copy stands: nothing is written any more.

    Attributes:
        found: what is wrong, and in which partition.

    """

    def __init__(self, found: Break) -> None:
        super().__init__(found.kind.value)
        self.found = found


class OldSnapshotError(BrokenFeedError):
    """The feed does not go on where a snapshot ends: what follows it has expired."""
