"""The bytes that a feed shows of a change: the admitted slices of it, and values that are shown in part made again."""

from __future__ import annotations

from collections.abc import Sequence

from creditbus.services.domain.catalogue import Field
from creditbus.services.domain.feed.disclosure import ACT_FIELDS, Projection, shows
from creditbus.services.domain.feed.grants import discloses
from creditbus.services.domain.feed.withholding import Sight, WithheldFor, may_be_there, may_hold, may_see, sight
from creditbus.services.engine.codec.primitives import encode_text, text_at
from creditbus.services.fanout.change import Before, Change, ChangeReader

__all__ = ["Showing", "Withholding", "showing_of"]

_NULL = b"\x00"
#: Place of a field that changes do not have any more.
_NOWHERE = -1


class Showing:
    """What one projection shows; of projections that show the same, one is enough.

    Attributes:
        shows: what it shows; equal for those that show the same.

    Args:
        projection: of one item, as one version has it.
        reader: of the changes that are to be shown.
        places: codes of the item's fields in the order in which changes have them. A field of the projection that is
            not among them is null.

    """

    __slots__ = ("_act", "_content", "_nothing", "_projection", "_reader", "shows")

    def __init__(self, projection: Projection, reader: ChangeReader, places: Sequence[str]) -> None:
        fields, partial = projection.fields, projection.partial
        self._projection = projection
        self._reader = reader
        self.shows = shows(projection)
        self._act = _runs([(ACT_FIELDS.index(name), None) for name in projection.act])
        self._content = _runs(
            [
                (
                    places.index(one.code) if one.code in places else _NOWHERE,
                    one if one.mask is not None or one.code in partial else None,
                )
                for one in fields
            ],
        )
        self._nothing = _NULL * (len(projection.act) + len(fields))

    def of(self, change: Change, before: Before | None = None) -> bytes | None:  # noqa: ARG002 -- of those that withhold
        """Return everything of the feed's record after its evidence; None: there is no record.

        Args:
            change: what is shown, to one to which the record was shown in the same way before.
            before: the facts under which the record was last emitted, where they stand in the change.

        """
        return self.whole(change)

    def whole(self, change: Change) -> bytes:
        """Return the same for one that may see the record."""
        return self._whole(change, change.shown)

    def _whole(self, change: Change, shown: bytes) -> bytes:
        if change.retracted:
            return shown + self._nothing
        # Slices of the event's own bytes: decoded and encoded again it is the same record at seven times the cost. So a
        # feed can leave out, mask and reorder, and never compute (docs/adr/0009).
        value = change.value
        act, content = change.act, change.content
        parts = [shown]
        for first, after, _ in self._act:
            parts.append(value[act[first] : act[after]])
        for first, after, field in self._content:
            if first == _NOWHERE:
                parts.append(_NULL)
            elif field is None:
                parts.append(value[content[first] : content[after]])
            else:
                text = text_at(value, content[first])
                part = None if text is None else self._projection.shown(field, text)
                parts.append(_NULL if part is None else b"\x02" + encode_text(part))
        return b"".join(parts)

    def of_new(self, change: Change, before: Before) -> bytes | None:
        """Return the same for a subscriber that holds nothing of the record."""
        return self.whole(change) if self.may_see(change, before) and not change.retracted else None

    def in_place_of(self, change: Change, other: Showing, before: Before) -> bytes | None:
        """Return the same for one to which another projection has shown the record until now."""
        held = other.may_show(change, before)
        if self.may_see(change, before):
            return self.whole(change) if held or not change.retracted else None
        return self.hidden(change) if held else None

    def hidden(self, change: Change) -> bytes:
        """Return the retraction for one that may not see the record any more, for a value."""
        return self._reader.withheld(change, WithheldFor.VALUE) + self._nothing

    def withheld(self, change: Change, reason: WithheldFor, before: Before) -> bytes:
        """Return the retraction for one that may not hold the record any more; `before` are the facts that it knows."""
        return self._reader.withheld(change, reason, before) + self._nothing

    def may_see(self, change: Change, before: Before) -> bool:  # noqa: ARG002 -- of those that withhold
        """Tell whether a subscriber whom the grant admits may see the record after a change."""
        return True

    def may_show(self, change: Change, before: Before) -> bool:  # noqa: ARG002 -- of those that withhold
        """Tell whether a subscriber whom the grant admitted may hold a version of the record."""
        return True


class Withholding(Showing):
    """What a projection shows that withholds some records as a whole."""

    __slots__ = ("_gate",)

    def __init__(self, projection: Projection, reader: ChangeReader, places: Sequence[str]) -> None:
        super().__init__(projection, reader, places)
        assert projection.gate is not None  # noqa: S101 -- for the type checker: `showing_of` asked
        self._gate = places.index(projection.gate.code)

    def of(self, change: Change, before: Before | None = None) -> bytes | None:
        """See the base class."""
        known = "" if before is None else before.gate
        match sight(self._projection, self._stated(change), self._reader.applied(change), known):
            case Sight.SHOWN:
                return self.whole(change)
            case Sight.WITHHELD:
                return self.hidden(change)
            case Sight.NOTHING:
                return None

    def whole(self, change: Change) -> bytes:
        """See the base class: an act on a record may be stated by a row with a value that may not be seen."""
        gate = self._projection.gate
        if gate is None or discloses(self._projection.grant, gate, self._stated(change)):
            return self._whole(change, change.shown)
        return self._whole(change, self._reader.shown_without_id(change))

    def may_see(self, change: Change, before: Before) -> bool:
        """See the base class."""
        return may_see(self._projection, self._stated(change), self._reader.applied(change), before.gate)

    def may_show(self, change: Change, before: Before) -> bool:
        """See the base class: a record whose value was not to be seen is not there for the subscriber."""
        return may_hold(self._projection, self._stated(change), self._reader.applied(change), before.gate)

    def _stated(self, change: Change) -> str | None:
        return text_at(change.value, change.content[self._gate])


class WithholdingUnread(Showing):
    """What a projection shows that withholds records for a field which changes do not have any more.

    Nothing says whether a record may be seen, so none is shown, and whatever may have been shown is taken back.
    """

    __slots__ = ()

    def of(self, change: Change, before: Before | None = None) -> bytes | None:  # noqa: ARG002 -- of those that know
        """See the base class."""
        return self.hidden(change) if may_be_there(self._reader.applied(change)) else None

    def may_see(self, change: Change, before: Before) -> bool:  # noqa: ARG002 -- of those that know
        """See the base class."""
        return False

    def may_show(self, change: Change, before: Before) -> bool:  # noqa: ARG002 -- of those that know
        """See the base class."""
        return may_be_there(self._reader.applied(change))


def showing_of(projection: Projection, reader: ChangeReader, places: Sequence[str] | None = None) -> Showing:
    """Return what a projection shows.

    Args:
        projection: of one item.
        reader: of the changes that are to be shown.
        places: codes of the item's fields in the order in which changes have them; None: that of the projection's item.

    """
    places = tuple(projection.item.fields) if places is None else places
    if projection.gate is None:
        return Showing(projection, reader, places)
    if projection.gate.code not in places:
        return WithholdingUnread(projection, reader, places)
    return Withholding(projection, reader, places)


def _runs(shown: Sequence[tuple[int, Field | None]]) -> list[tuple[int, int, Field | None]]:
    """Join neighbours that are shown as they are: first place, place after the last, and the field to be made again."""
    runs: list[tuple[int, int, Field | None]] = []
    for place, field in shown:
        if runs and field is None and runs[-1][2] is None and runs[-1][0] != _NOWHERE and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1, None)
        else:
            runs.append((place, place + 1, field))
    return runs
