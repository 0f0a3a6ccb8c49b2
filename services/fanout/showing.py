"""The bytes that a feed shows of a change: the admitted slices of it, and masked values made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from creditbus.services.domain.catalogue import Field
from creditbus.services.domain.feed.disclosure import ACT_FIELDS, Projection, masked
from creditbus.services.engine.codec.primitives import encode_text, text_at
from creditbus.services.fanout.change import Change

__all__ = ["Showing"]

_NULL = b"\x00"


class Showing:
    """What one projection shows; of projections that show the same, one is enough.

    Attributes:
        shows: what it shows; equal for those that show the same.

    """

    __slots__ = ("_act", "_content", "_nothing", "shows")

    def __init__(self, projection: Projection) -> None:
        fields, order = projection.fields, list(projection.item.fields)
        self.shows: tuple[Any, ...] = (projection.act, tuple((field.code, field.mask) for field in fields))
        self._act = _runs([(ACT_FIELDS.index(name), None) for name in projection.act])
        self._content = _runs(
            [(order.index(field.code), None if field.mask is None else field) for field in fields],
        )
        self._nothing = _NULL * (len(projection.act) + len(fields))

    def of(self, change: Change) -> bytes:
        """Return everything of the feed's record after its evidence."""
        if change.retracted:
            return change.shown + self._nothing
        # Slices of the event's own bytes: decoded and encoded again it is the same record at seven times the cost. So a
        # feed can leave out, mask and reorder, and never compute (docs/adr/0009).
        value = change.value
        act, content = change.act, change.content
        parts = [change.shown]
        for first, after, _ in self._act:
            parts.append(value[act[first] : act[after]])
        for first, after, field in self._content:
            if field is None:
                parts.append(value[content[first] : content[after]])
            else:
                text = text_at(value, content[first])
                parts.append(_NULL if text is None else b"\x02" + encode_text(masked(field, text)))
        return b"".join(parts)


def _runs(shown: Sequence[tuple[int, Field | None]]) -> list[tuple[int, int, Field | None]]:
    """Join neighbours that are shown as they are: first place, place after the last, and the field to be masked."""
    runs: list[tuple[int, int, Field | None]] = []
    for place, field in shown:
        if runs and field is None and runs[-1][2] is None and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1, None)
        else:
            runs.append((place, place + 1, field))
    return runs
