"""What the resolver does with a batch, without I/O.

`credit.unresolved` carries both sides of the join under the same key, the legacy code: what a
registration says about it, and the events that name their subject by it. So both sides meet in one
lane in one order, and no race is possible. The same topic carries what profiles say of a code that
was given up, and the records that were in a profile by it.

A row of a succession comes here whatever it names its subjects by. It is resolved for one subject
after the other, so it waits as one event; then it becomes two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from creditbus.avro_schemas import code_claim_schema, crosswalk_entry_schema, moved_record_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.crosswalk import (
    Crosswalk,
    crosswalk_key,
    decode_crosswalk,
    encode_crosswalk,
    waiting_key,
    waiting_of_record_key,
)
from creditbus.services.domain.event import record_key, said_id
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.parked import parked_already, with_parked
from creditbus.services.domain.profile.succession import successions
from creditbus.services.domain.reidentified import CodeClaim, MovedRecord
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.contract import StepRun
from creditbus.services.engine.stage.foreign import skip_foreign
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.resolver.joining import Joining
from creditbus.services.resolver.outlet import Outlet
from creditbus.services.resolver.owners import Owners
from creditbus.topics.names import RESOLVER

__all__ = ["ResolverStep"]

#: A legacy code with the subject that a registration gives it, an event that waits for it, what a profile says of it,
#: or a record that was in a profile by it.
Entry = tuple[bytes, str | DecodedEvent | CodeClaim | MovedRecord]


class ResolverStep:
    """Joins events to subjects; writes `credit.events`, keeps `credit.crosswalk`."""

    def __init__(self, catalogue: Catalogue, codec: EventCodec, rejects: Rejects, lanes: int) -> None:
        self._successions = successions(catalogue)
        self._outlet = Outlet(codec, lanes)
        self._joining = Joining(self._successions, codec, rejects, self._outlet, lanes)
        self._rejects = rejects
        self._codec = codec
        self._entry = parsed(crosswalk_entry_schema())
        self._entry_id = -1
        self._claim = parsed(code_claim_schema())
        self._claim_id = -1
        self._moved = parsed(moved_record_schema())
        self._moved_id = -1
        self._lanes = lanes
        self._owners: Owners

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that this stage writes, and of the one that tells a crosswalk entry."""
        await self._rejects.load(schemas)
        self._entry_id = await schemas.id_of(crosswalk_entry_schema())
        self._claim_id = await schemas.id_of(code_claim_schema())
        self._moved_id = await schemas.id_of(moved_record_schema())
        writer = await schemas.writer_of(moved_record_schema())
        self._owners = Owners(self._codec, writer, self._read_moved, self._release, self._lanes)

    def prepare(self, records: Sequence[Record]) -> tuple[list[Entry], Iterable[bytes]]:
        """Decode every record; the keys are the entries of its legacy codes."""
        work: list[Entry] = []
        for record in records:
            try:
                work.append((record.key or b"", self._read(record.value or b"")))
            except (FrameError, UndecodableError) as error:
                skip_foreign(record, RESOLVER.name, error)
        return work, {crosswalk_key(key) for key, _ in work}

    def _read(self, value: bytes) -> str | DecodedEvent | CodeClaim | MovedRecord:
        number = schema_id(value)
        if number == self._entry_id:
            return str(read_record(value, self._entry)["subject"])
        if number == self._claim_id:
            claim = read_record(value, self._claim)
            return CodeClaim(claim["subject"], claim["holds"])
        return self._read_moved(value) if number == self._moved_id else self._codec.open(value)

    def _read_moved(self, value: bytes) -> MovedRecord:
        return MovedRecord(**read_record(value, self._moved))

    def begin(self, work: list[Entry], view: StateView, out: Output) -> StepRun:
        """Join, release what waited, let wait what cannot be resolved yet."""
        view.need(self._touched(work, view))
        return StepRun(lambda part: self._resolve(part, view, out))

    def _resolve(self, work: list[Entry], view: StateView, out: Output) -> None:
        for key, entry in work:
            crosswalk = decode_crosswalk(view.get(crosswalk_key(key)))
            if isinstance(entry, str):
                self._owners.learn(key, crosswalk, entry, view, out)
            elif isinstance(entry, CodeClaim):
                self._owners.claim(key, crosswalk, entry, view, out)
            elif isinstance(entry, MovedRecord):
                self._owners.bring(key, crosswalk, entry, view, out)
            elif entry.header["item"] in self._successions:
                if not self._joining.join(entry, crosswalk.subject, out):
                    self._park(key, crosswalk, entry, view, out)
            elif crosswalk.subject:
                self._outlet.resolved(entry, crosswalk.subject, out)
            else:
                self._park(key, crosswalk, entry, view, out)

    def _touched(self, work: list[Entry], view: StateView) -> Iterator[bytes]:
        """Tell the keys of what this batch's entries may touch, before anything is done."""
        # an event may wait after all where its code is given up before it in the same batch
        unsettled = {key for key, entry in work if isinstance(entry, str | CodeClaim)}
        for key, entry in work:
            crosswalk = decode_crosswalk(view.get(crosswalk_key(key)))
            if isinstance(entry, DecodedEvent):
                if key in unsettled or not crosswalk.subject:
                    yield _of_record(key, entry)
            elif not isinstance(entry, MovedRecord):  # it joins what waits, and looks at none of it
                yield from self._owners.touched(key, crosswalk)

    def _park(self, key: bytes, crosswalk: Crosswalk, event: DecodedEvent, view: StateView, out: Output) -> None:
        header = event.header
        place = _of_record(key, event)
        known, said = view.get(place), said_id(header, "")
        if parked_already(known, said, header["reading"]):
            # what waits has its cautions booked when it is released; this one is through
            for caution in header["warnings"]:
                out.book(header["origin"], header["item"], Outcome.CAUTION, caution)
            out.book(header["origin"], header["item"], Outcome.DUPLICATE)
            return
        view.put(place, with_parked(known, said))
        view.put(waiting_key(key, crosswalk.waiting_to), self._codec.reseal(event))
        crosswalk.waiting_to += 1
        view.put(crosswalk_key(key), encode_crosswalk(crosswalk))
        out.book(header["origin"], header["item"], Outcome.PARKED)

    def _release(self, event: DecodedEvent, subject: str, out: Output) -> None:
        out.book(event.header["origin"], event.header["item"], Outcome.PARKED, count=-1)
        if event.header["item"] in self._successions:
            self._joining.join(event, subject, out)
        else:
            self._outlet.resolved(event, subject, out)


def _of_record(key: bytes, event: DecodedEvent) -> bytes:
    return waiting_of_record_key(key, record_key(event.header).encode())
