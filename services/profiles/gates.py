"""The value for which a record may be withheld, as its content says it: what a change says of the record before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.services.domain.feed.withholding import gate_of
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.scan.places import END

__all__ = ["Gates"]


class Gates:
    """Of all items.

    Args:
        fields: by item, the field for whose value its records may be withheld, or might be by an earlier version.
        codec: of events.

    Attributes:
        items: their ids.

    """

    def __init__(self, fields: Mapping[str, str], codec: EventCodec) -> None:
        self._codec: Final = codec
        self._fields: Final = {item.encode(): field for item, field in fields.items()}
        self._wanted: Final = {item.encode(): codec.wanted(item, (field,)) for item, field in fields.items()}
        self.items: Final = frozenset(self._wanted)

    def of(self, item: bytes, content: bytes) -> str:
        """Return the gate of a record, as of `Facts`.

        Args:
            item: id.
            content: the event of its content, as profiles emitted it.

        Raises:
            UndecodableError: the bytes are not such an event.

        """
        wanted = self._wanted.get(item)
        if wanted is None:
            return ""
        emission = self._codec.emission(content)
        texts = self._codec.pick_emitted(emission, wanted)
        field = self._fields[item]
        if texts is not None:
            return gate_of(field, texts[0].decode())
        stated = self._codec.read_body(item.decode(), emission.value[emission.places[END] :])[2]
        return gate_of(field, stated.get(field) or "")
