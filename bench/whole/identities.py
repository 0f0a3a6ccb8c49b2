"""Finds out which event a record of any station is: by the id that intake gives to each event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whole.feed_views import FeedDecoder

from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.topics.connection import Connection

__all__ = ["Identifier"]


class Identifier:
    """Decodes what the reader saw, once the measurement is over.

    Args:
        connection: of the registry that knows the feeds' schemas.
        codec: of the stages.
        published: id of each event by its bytes on an ingest topic, where ids are not set yet.

    """

    def __init__(self, connection: Connection, codec: EventCodec, published: dict[bytes, bytes]) -> None:
        self._of_feed = FeedDecoder(connection)
        self._codec = codec
        self._published = published

    def first_seen(self, arrivals: Iterable[tuple[float, str, bytes]]) -> Iterator[tuple[str, bytes, float]]:
        """Yield topic, id and moment of each arrival."""
        for moment, topic, value in arrivals:
            if topic.startswith("ingest."):
                yield topic, self._published[value], moment
            elif topic.startswith("feed."):
                yield topic, bytes.fromhex(self._of_feed(value)["record"]["event_id"]), moment
            else:
                yield topic, self._codec.open(value).header["event_id"], moment
