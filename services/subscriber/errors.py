"""What ends the keeping of a copy, in addition to servers that are away."""

from __future__ import annotations

from creditbus.services.query.continuity import Break

__all__ = ["BrokenFeedError"]


class BrokenFeedError(Exception):
    """The feed does not go on where the copy stands: nothing is written any more.

    Attributes:
        found: what is wrong, and in which partition.

    """

    def __init__(self, found: Break) -> None:
        super().__init__(found.kind.value)
        self.found = found
