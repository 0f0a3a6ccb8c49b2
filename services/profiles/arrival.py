"""What arrives for a profile: an event, read no further than it must be, or the continuation of a restatement."""

from __future__ import annotations

from typing import Final

from creditbus.services.domain.event import record_key
from creditbus.services.domain.profile.keys import LANE_SUBJECTS_KEY, record_store_key, subject_key
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.codec.peek import HeaderPeek

__all__ = ["MOVED", "NO_CHUNK", "Arrival"]

#: Of an event.
NO_CHUNK: Final = -1
#: Of a record that was in the profile of another subject.
MOVED: Final = 2**31 - 1


class Arrival:
    """One event of a batch, one continuation (avro_schemas/continuation.avsc), or a record (moved_record.avsc).

    Attributes:
        value: its bytes.
        peek: what a peek tells; None where the header was read whole.
        code: the subject.
        record: key of the record within the subject.
        key: key of the record in the store.
        summary_key: key of the subject's summary in the store; of a continuation of the whole lane, of its subjects.
        chunk: of a continuation, from where its subject's records are to be restated; it has none of the others but
            code and summary key. NO_CHUNK: an event; MOVED: a record.
        moved: the record that was in the profile of another subject; None: it is not one.
        moment: when it was sent here, in milliseconds since 1970; 0: of all others.

    """

    __slots__ = ("_opened", "chunk", "code", "key", "moment", "moved", "peek", "record", "summary_key", "value")

    def __init__(
        self,
        value: bytes,
        codec: EventCodec,
        chunk: int = NO_CHUNK,
        subject: bytes = b"",
        moved: MovedRecord | None = None,
        moment: int = 0,
    ) -> None:
        """Read what is needed at once; UndecodableError and FrameError when it is not an event."""
        self.value = value
        self.chunk = chunk
        self.moved = moved
        self.moment = moment
        self.peek: HeaderPeek | None = None
        self._opened: DecodedEvent | None = None
        if chunk != NO_CHUNK:
            self.code, self.record, self.key = subject, b"", b""
            self.summary_key = subject_key(subject) if subject else LANE_SUBJECTS_KEY
            return
        self.peek = codec.peek(value)
        if self.peek is None:
            header = self.opened(codec).header
            self.code = header["subject"].encode()
            self.record = record_key(header).encode()
        else:
            self.code = self.peek.subject
            self.record = self.peek.record
        self.key = record_store_key(self.code, self.record)
        self.summary_key = subject_key(self.code)

    def opened(self, codec: EventCodec) -> DecodedEvent:
        """Return the event with its header read whole."""
        if self._opened is None:
            self._opened = codec.open(self.value)
        return self._opened

    def verb(self, codec: EventCodec) -> str:
        """Return the verb."""
        return self.opened(codec).header["verb"] if self.peek is None else self.peek.verb

    def item(self, codec: EventCodec) -> str:
        """Return the catalogue item's id."""
        return self.opened(codec).header["item"] if self.peek is None else self.peek.item.decode()
