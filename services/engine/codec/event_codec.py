"""Reads and writes events in the Confluent wire format without decoding more than is needed.

A stage opens an event to its header and the undecoded bytes after it, and seals a new header in
front of the same bytes. An event written with an older version of its schema is brought to the
current one first, so that after intake all bytes of an item have one layout. Decoding and encoding in each stage is
most of the cost of an event (docs/adr/0003).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, cast

from fastavro import schemaless_reader, schemaless_writer

from creditbus.avro_schemas import (
    event_schema,
    header_schema,
    prefix_schema,
    raw_catalogue,
    unreadable_schema,
)
from creditbus.services.domain.event import Act, Applied, Claim, Content, Header
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FRAME_BYTES, frame, schema_id
from creditbus.services.engine.codec.emission import Emission
from creditbus.services.engine.codec.fast import AdmissionWriter, AppliedWriter, Cuts, HeaderReader, TextReader
from creditbus.services.engine.codec.peek import HeaderPeek, HeaderPeekReader
from creditbus.services.engine.codec.primitives import encode_text, write_long
from creditbus.services.engine.codec.scan import pick_texts, scan_header
from creditbus.services.engine.codec.scan.places import (
    APPLIED,
    APPLIED_STATE,
    BEFORE,
    CHANGE,
    CONSENTS,
    CONTENT_HASH,
    END,
    EVENT_ID,
    REGISTERED_NAME,
    REVISION,
)
from creditbus.services.engine.codec.schemas import Schemas, Shape
from creditbus.services.engine.packing import splice

__all__ = ["DecodedEvent", "EventCodec", "Wanted"]

#: The second choice of a union with null.
_SOME: Final = b"\x02"


@dataclass(frozen=True, slots=True, repr=False)
class DecodedEvent:
    """An event with its header read.

    `body` are the bytes of act, claim and content; `head` those of the header as it was read, empty
    where it was made new.
    """

    header: Header
    body: bytes
    head: bytes = b""
    cuts: Cuts | None = None

    def __repr__(self) -> str:
        """Say nothing of what it is about."""
        return f"<DecodedEvent {len(self.body)} bytes>"


class Wanted:
    """Which texts of an event's body are asked for.

    Attributes:
        count: texts of act, claim and content together, which follow each other.
        numbers: of those that are asked for; -1 stands for one that there is not.

    """

    __slots__ = ("count", "numbers")

    def __init__(self, count: int, numbers: tuple[int, ...]) -> None:
        self.count = count
        self.numbers = numbers


class EventCodec:
    """Opens and seals the events of all catalogue items."""

    def __init__(self, schemas: Schemas) -> None:
        self._shapes = schemas.shapes
        self._schemas = schemas
        self._header = parsed(header_schema())
        fields = {field["name"]: field for field in prefix_schema()["fields"]}
        parts = {"act": fields["act"]["type"], "claim": fields["claim"]["type"]}
        self._act = parsed(parts["act"])
        self._claim = parsed(parts["claim"])
        self._contents = {item: parsed(raw.schema) for item, raw in raw_catalogue().items()}
        self._read_header = HeaderReader(header_schema())
        self._read_act = TextReader(parts["act"])
        self._read_claim = TextReader(parts["claim"])
        self._read_contents = {item: TextReader(raw.schema) for item, raw in raw_catalogue().items()}
        self._applied = AppliedWriter(header_schema())
        self._retracted = frozenset(self._applied.states[state] for state in RETRACTED)
        self._admission = AdmissionWriter(header_schema())
        self._peek = HeaderPeekReader(header_schema(), raw_catalogue())
        self._events: dict[str, Any] = {}
        self._frames: dict[str, bytes] = {}
        self._current: frozenset[bytes] = frozenset()
        self.unreadable_id = -1

    async def load(self) -> None:
        """Learn the ids of the schemas that this software writes, and of their earlier versions.

        See `Schemas.id_of` for errors.
        """
        schemas = {item: event_schema(item) for item in raw_catalogue()}
        await self._schemas.learn_versions(schemas.values())
        for item, schema in schemas.items():
            self._frames[item] = frame(await self._schemas.id_of(schema))
            self._events[item] = parsed(schema)
        self._current = frozenset(self._frames.values())
        self.unreadable_id = await self._schemas.id_of(unreadable_schema())

    def shape(self, value: bytes | None) -> Shape | None:
        """Return what the value's schema id stands for; None when no registry knows it.

        Raises:
            FrameError: the value has no frame.

        """
        return self._shapes[schema_id(value)]

    def open(self, value: bytes) -> DecodedEvent:
        """Read the header of an event; one of an older schema version is brought to the current one first.

        Raises:
            UndecodableError: the bytes are not an event.

        """
        if value[:FRAME_BYTES] not in self._current:
            value = self._bring_up(value)
        found = self._read_header.read(value, FRAME_BYTES)
        if found is None:
            header, end = self._header_at(value)
            return DecodedEvent(header, value[end:], value[FRAME_BYTES:end])
        header, cuts, end = found
        return DecodedEvent(header, value[end:], value[FRAME_BYTES:end], cuts)

    def _header_at(self, value: bytes) -> tuple[Header, int]:
        source = BytesIO(value)
        source.seek(FRAME_BYTES)
        try:
            header = schemaless_reader(source, self._header, None)
        except Exception as error:
            raise UndecodableError(type(error).__name__) from error
        return cast("Header", header), source.tell()

    def _bring_up(self, value: bytes) -> bytes:
        shape = self._shapes.get(schema_id(value))
        if shape is None or not shape.item:
            raise UndecodableError("not the schema of an event")
        event_type = self._events[shape.item]
        event = read_record(value, shape.writer, event_type)
        target = BytesIO()
        try:
            schemaless_writer(target, event_type, event)
        except Exception as error:
            raise UndecodableError(type(error).__name__) from error
        return self._frames[shape.item] + target.getvalue()

    def read_body(self, item: str, body: bytes) -> tuple[Act, Claim, Content, int]:
        """Return act, claim and content, and where in `body` the content starts.

        Raises:
            UndecodableError: the bytes are not a body of this item, or go on after it.

        """
        return self._read_texts(item, body) or self._read_body(item, body)

    def _read_texts(self, item: str, body: bytes) -> tuple[Act, Claim, Content, int] | None:
        if (
            (act := self._read_act.read(body, 0))
            and (claim := self._read_claim.read(body, act[1]))
            and (content := self._read_contents[item].read(body, claim[1]))
            and content[1] == len(body)
        ):
            return cast("Act", act[0]), cast("Claim", claim[0]), content[0], claim[1]
        return None

    def _read_body(self, item: str, body: bytes) -> tuple[Act, Claim, Content, int]:
        source = BytesIO(body)
        try:
            act = schemaless_reader(source, self._act, None)
            claim = schemaless_reader(source, self._claim, None)
            start = source.tell()
            content = schemaless_reader(source, self._contents[item], None)
        except Exception as error:
            raise UndecodableError(type(error).__name__) from error
        if source.tell() != len(body):
            raise UndecodableError("bytes behind the event")
        return cast("Act", act), cast("Claim", claim), cast("Content", content), start

    def seal(self, header: Header, body: bytes) -> bytes:
        """Return an event of this header and body."""
        target = BytesIO()
        schemaless_writer(target, self._header, cast("Any", header))
        return self._frames[header["item"]] + target.getvalue() + body

    def reseal(self, opened: DecodedEvent) -> bytes:
        """Return an opened event as it was, but for an older schema version."""
        if not opened.head:
            return self.seal(opened.header, opened.body)
        return b"".join((self._frames[opened.header["item"]], opened.head, opened.body))

    def seal_admitted(self, opened: DecodedEvent) -> bytes:
        """Return an event from ingest with what intake decided: what `Examiner` sets in its header."""
        header, cuts = opened.header, opened.cuts
        if cuts is None or header["applied"] is not None:
            return self.seal(header, opened.body)
        pieces = self._admission.write(header, self._frames[header["item"]] + opened.head, cuts)
        return b"".join((*pieces, opened.body))

    def seal_applied(self, opened: DecodedEvent, applied: Applied) -> bytes:
        """Return an opened event with what the profiles stage decided."""
        header = opened.header
        if not opened.head or header["applied"] is not None:
            return self.seal({**header, "applied": applied}, opened.body)
        # the field is the header's last, and null is its last byte
        return b"".join((self._frames[header["item"]], opened.head[:-1], self._applied.write(applied), opened.body))

    def emission(self, value: bytes) -> Emission:
        """Return an event that profiles emitted, cut where its parts begin.

        Raises:
            UndecodableError: the bytes are not such an event.

        """
        places = scan_header(value, FRAME_BYTES) if self.is_current(value) else None
        if places is None:
            value = self.rewritten(value)
            places = scan_header(value, FRAME_BYTES)
        if places is None or places[CHANGE] < 0:
            raise UndecodableError("nothing was decided on it")
        return Emission(value, places)

    def last_emission(self, content: bytes, act: bytes) -> tuple[Emission, bool]:
        """Return the event by which a record was last emitted, and whether it is the one of its last act.

        Args:
            content: the event of its content, as profiles emitted it.
            act: that of its last act; empty: there was none.

        """
        said = self.emission(content)
        if not act:
            return said, False
        done = self.emission(act)
        return (done, True) if done.version >= said.version else (said, False)

    def is_retracted(self, emission: Emission) -> bool:
        """Tell whether the record was to be shown no more after a change."""
        return emission.state in self._retracted

    def seal_restated(self, emission: Emission, event_id: bytes, applied: Applied) -> bytes:
        """Return what was emitted with another id and other decisions."""
        value, places = emission.value, emission.places
        decided = self._applied.write(applied)
        return b"".join(
            (
                value[: places[EVENT_ID]],
                event_id,
                value[places[CONTENT_HASH] : places[APPLIED]],
                decided,
                value[places[END] :],
            )
        )

    def seal_restated_as(
        self,
        last: Emission,
        event_id: bytes,
        version: int,
        *,
        registered: bytes,
        policy: bytes,
        consents: bytes,
        gate: str,
    ) -> bytes:
        """Return what was emitted of a record, once more, under other facts.

        All that it says of the facts before it stands in the event itself: decoded and encoded again it is the same at
        three times the cost.

        Args:
            last: the last emission.
            event_id: of this one.
            version: of the subject's profile after it.
            registered: what is registered of its subject now, as `fast.write_registered` gives it.
            policy: by which its item is shown now, as `fast.write_policy` gives it.
            consents: those of its subject that count for it now, as `fast.write_consents` gives them.
            gate: as of `Facts`, of the record's content.

        """
        value, places = last.value, last.places
        return b"".join(
            (
                value[: places[EVENT_ID]],
                event_id,
                value[places[CONTENT_HASH] : places[CHANGE]],
                self._applied.restated,
                write_long(version),
                value[places[REVISION] : places[APPLIED_STATE]],
                last.state,
                _SOME,
                last.state,
                registered,
                policy,
                _SOME,
                value[places[REGISTERED_NAME] : places[BEFORE]],
                value[places[CONSENTS] : places[END]],
                encode_text(gate),
                consents,
                value[places[END] :],
            )
        )

    def is_current(self, value: bytes) -> bool:
        """Tell whether an event is of the schema that this software writes."""
        return value[:FRAME_BYTES] in self._current

    def rewritten(self, value: bytes) -> bytes:
        """Return an event as this software would write it, whatever the version or the way it is written in.

        Raises:
            UndecodableError: the bytes are not an event.

        """
        opened = self.open(value)
        item = opened.header["item"]
        if item not in self._frames:
            raise UndecodableError("no item of the catalogue")
        act, claim, content, _ = self.read_body(item, opened.body)
        return self.seal(opened.header, self.write_body(item, act, claim, content)[0])

    def peek(self, value: bytes) -> HeaderPeek | None:
        """Return what profiles must see of an event; None where its header must be read whole."""
        return self._peek.read(value) if self.is_current(value) else None

    def wanted(self, item: str, names: Iterable[str]) -> Wanted:
        """Return what `pick_content` must know to find these fields in the content of an item."""
        before = (*self._read_act.names, *self._read_claim.names)
        fields = self._read_contents[item].names
        return Wanted(
            len(before) + len(fields),
            tuple(len(before) + fields.index(name) if name in fields else -1 for name in names),
        )

    @staticmethod
    def pick_content(value: bytes, peek: HeaderPeek, wanted: Wanted) -> tuple[bytes, ...] | None:
        """Return fields of a peeked event's content, as UTF-8; None where it must be read whole.

        An empty one stands for null, too, and for a field that the item has not.
        """
        return pick_texts(value, peek.end, wanted.count, wanted.numbers)

    @staticmethod
    def pick_emitted(emission: Emission, wanted: Wanted) -> tuple[bytes, ...] | None:
        """Return the same of an event that profiles emitted."""
        return pick_texts(emission.value, emission.places[END], wanted.count, wanted.numbers)

    def seal_new(
        self, value: bytes, peek: HeaderPeek, version: int, name: bytes, district: bytes, policy: bytes
    ) -> bytes:
        """Return a peeked event as the first revision of a record of a registered subject without consents.

        The texts are UTF-8, and the policy is as `fast.write_policy` gives it.
        """
        return _with_applied(value, peek, self._applied.write_new(peek.state, version, name, district, policy))

    def seal_peeked(self, value: bytes, peek: HeaderPeek, applied: Applied) -> bytes:
        """Return a peeked event with what the profiles stage decided."""
        return _with_applied(value, peek, self._applied.write(applied))

    def write_body(self, item: str, act: Act, claim: Claim, content: Content) -> tuple[bytes, int]:
        """Return the bytes of a body, and where in them the content starts."""
        target = BytesIO()
        schemaless_writer(target, self._act, cast("Any", act))
        schemaless_writer(target, self._claim, cast("Any", claim))
        start = target.tell()
        schemaless_writer(target, self._contents[item], cast("Any", content))
        return target.getvalue(), start


def _with_applied(value: bytes, peek: HeaderPeek, applied: bytes) -> bytes:
    # what profiles decided is the header's last field, and null is its last byte
    return splice(value, peek.end - 1, peek.end, applied)
