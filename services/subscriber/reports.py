"""What a copy reports to its bus: how far it has come, and which retractions it has taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from creditbus.services.domain.evidence.retraction import Retraction

__all__ = ["Noted", "Reports"]


class Noted(NamedTuple):
    """What the bus keeps of one partition.

    Attributes:
        offset: at which the copy goes on.
        receipts: offset up to which every retraction is confirmed.

    """

    offset: int
    receipts: int


class Reports(Protocol):
    """Where reports go. All calls block, come one after the other from any thread, and raise `UserError`."""

    def noted(self) -> Mapping[int, Noted]:
        """Return what was noted last, by partition."""

    def confirm(self, retractions: Sequence[Retraction]) -> None:
        """Write a receipt for each retraction; all of them are kept when it returns, and any of them when it raises."""

    def note(self, positions: Mapping[int, Noted]) -> None:
        """Note how far the copy has come."""

    def close(self) -> None:
        """End what is open."""
