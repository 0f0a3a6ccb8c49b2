"""The bytes that a feed shows of a change: the admitted slices of it, and values that are shown in part made again."""

from __future__ import annotations

from collections.abc import Sequence

from creditbus.services.domain.catalogue import Field
from creditbus.services.domain.feed.disclosure import ACT_FIELDS, Projection, shows
from creditbus.services.domain.feed.withholding import Sight, WithheldFor, sight
from creditbus.services.engine.codec.primitives import encode_text, text_at
from creditbus.services.fanout.change import Before, Change, ChangeReader

__all__ = ["Showing", "Withholding", "showing_of"]

_NULL = b"\x00"


class Showing:
    """What one projection shows; of projections that show the same, one is enough.

    Attributes:
        shows: what it shows; equal for those that show the same.

    """

    __slots__ = ("_act", "_content", "_nothing", "_projection", "_reader", "shows")

    def __init__(self, projection: Projection, reader: ChangeReader) -> None:
        fields, order, partial = projection.fields, list(projection.item.fields), projection.partial
        self._projection = projection
        self._reader = reader
        self.shows = shows(projection)
        self._act = _runs([(ACT_FIELDS.index(name), None) for name in projection.act])
        self._content = _runs(
            [(order.index(one.code), one if one.mask is not None or one.code in partial else None) for one in fields],
        )
        self._nothing = _NULL * (len(projection.act) + len(fields))

    def of(self, change: Change) -> bytes | None:
        """Return everything of the feed's record after its evidence; None: there is no record."""
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
                shown = None if text is None else self._projection.shown(field, text)
                parts.append(_NULL if shown is None else b"\x02" + encode_text(shown))
        return b"".join(parts)

    def of_new(self, change: Change) -> bytes | None:
        """Return the same for a subscriber that holds nothing of the record."""
        return None if change.retracted else self.of(change)

    def in_place_of(self, change: Change, other: Showing) -> bytes | None:
        """Return the same for one to which another projection has shown the record until now."""
        return self.of(change) or self._unless_hidden(change, other)

    def _unless_hidden(self, change: Change, other: Showing) -> bytes | None:
        return self._reader.withheld(change, WithheldFor.VALUE) + self._nothing if other.may_show(change) else None

    def withheld(self, change: Change, reason: WithheldFor, before: Before) -> bytes:
        """Return the retraction for one that may not hold the record any more; `before` are the facts that it knows."""
        return self._reader.withheld(change, reason, before) + self._nothing

    def may_show(self, change: Change) -> bool:  # noqa: ARG002 -- of those that withhold
        """Tell whether a subscriber whom the grant admits may hold a version of the record."""
        return True


class Withholding(Showing):
    """What a projection shows that withholds some records as a whole."""

    __slots__ = ("_gate",)

    def __init__(self, projection: Projection, reader: ChangeReader) -> None:
        super().__init__(projection, reader)
        assert projection.gate is not None  # noqa: S101 -- for the type checker: `showing_of` asked
        self._gate = list(projection.item.fields).index(projection.gate.code)

    def of(self, change: Change) -> bytes | None:
        """See the base class."""
        match self._sight(change):
            case Sight.SHOWN:
                return super().of(change)
            case Sight.WITHHELD:
                return self._reader.withheld(change, WithheldFor.VALUE) + self._nothing
            case Sight.NOTHING:
                return None

    def of_new(self, change: Change) -> bytes | None:
        """See the base class."""
        return super().of_new(change) if self._sight(change) is Sight.SHOWN else None

    def may_show(self, change: Change) -> bool:
        """See the base class: a record whose value was never to be seen is not there for the subscriber."""
        return self._sight(change) is Sight.SHOWN or self._reader.revision(change) != 1

    def _sight(self, change: Change) -> Sight:
        value = text_at(change.value, change.content[self._gate])
        return sight(self._projection, value, self._reader.applied(change))


def showing_of(projection: Projection, reader: ChangeReader) -> Showing:
    """Return what a projection shows.

    Args:
        projection: of one item.
        reader: of the changes that are to be shown.

    """
    return Showing(projection, reader) if projection.gate is None else Withholding(projection, reader)


def _runs(shown: Sequence[tuple[int, Field | None]]) -> list[tuple[int, int, Field | None]]:
    """Join neighbours that are shown as they are: first place, place after the last, and the field to be made again."""
    runs: list[tuple[int, int, Field | None]] = []
    for place, field in shown:
        if runs and field is None and runs[-1][2] is None and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1, None)
        else:
            runs.append((place, place + 1, field))
    return runs
