"""What intake does with a batch, without I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from creditbus.avro_schemas import crosswalk_entry_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.crosswalk import crosswalk_key, decode_crosswalk
from creditbus.services.domain.event import Header, RecordState, partition_of
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.record import CONTENT_VERBS
from creditbus.services.domain.profile.succession import successions, successor_named
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.contract import StepRun
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.rejects import Rejects, Source
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.intake.examination import AdmittedEvent, Examiner, RefusedEvent
from creditbus.topics.names import EVENTS, UNRESOLVED

__all__ = ["IntakeStep"]

Work = list[RefusedEvent | AdmittedEvent]


class IntakeStep:
    """Examines `ingest.*`; writes `credit.events`, `credit.unresolved` and `rejects.*`.

    A legacy code that the crosswalk already knows is resolved here, so that events of one record
    keep their order whichever code they name the subject by. One that it does not know goes to the
    resolver, which alone decides; a look-up that is behind costs a detour, never an error.
    """

    def __init__(
        self, catalogue: Catalogue, examiner: Examiner, codec: EventCodec, rejects: Rejects, lanes: int
    ) -> None:
        self._successions = successions(catalogue)
        self._examiner = examiner
        self._codec = codec
        self._rejects = rejects
        self._lanes = lanes
        self._entry: RecordWriter

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that this stage writes."""
        await self._rejects.load(schemas)
        self._entry = await schemas.writer_of(crosswalk_entry_schema())

    def prepare(self, records: Sequence[Record]) -> tuple[Work, Iterable[bytes]]:
        """Examine every record; the keys are the legacy codes to look up."""
        work = [self._examiner.examine(record) for record in records]
        keys = {
            crosswalk_key(key.encode())
            for entry in work
            if isinstance(entry, AdmittedEvent)
            for key in entry.admitted.legacy_keys
        }
        return work, keys

    def begin(self, work: Work, view: StateView, out: Output) -> StepRun:  # noqa: ARG002 -- the contract of a step
        """Book and pass on."""
        return StepRun(lambda part: self._book_and_pass_on(part, view, out))

    def _book_and_pass_on(self, work: Work, view: StateView, out: Output) -> None:
        for entry in work:
            if isinstance(entry, RefusedEvent):
                self._send_back(entry, out)
            else:
                self._pass_on(entry, view, out)

    def _send_back(self, entry: RefusedEvent, out: Output) -> None:
        origin, item, refusal = entry.origin, entry.item, entry.refusal
        out.book(origin, item, Outcome.RECEIVED)
        out.book(origin, item, Outcome.REJECTED, refusal.findings[0][0])
        for caution in refusal.cautions:
            out.book(origin, item, Outcome.CAUTION, caution)
        if entry.normalised:
            out.book(origin, item, Outcome.NORMALISED)
        record = entry.record
        source = Source(
            record.topic, record.partition, record.offset, record.timestamp, record.key, record.value or b""
        )
        self._rejects.emit(out, origin, item, source, refusal)

    def _pass_on(self, entry: AdmittedEvent, view: StateView, out: Output) -> None:
        opened, admitted = entry.opened, entry.admitted
        header = opened.header
        origin, item = header["origin"], header["item"]
        out.book(origin, item, Outcome.RECEIVED)
        if header["normalised"]:
            out.book(origin, item, Outcome.NORMALISED)
        for legacy_key, subject in _told(header, admitted.crosswalk):
            self._tell(legacy_key, subject, out)
        for legacy_key in admitted.legacy_keys:
            # The resolver's store, which may lag behind: what is found in it is true; what is missing proves nothing
            # and goes to the resolver. A table of all codes in each worker would race with the events (docs/adr/0007).
            subject = decode_crosswalk(view.get(crosswalk_key(legacy_key.encode()))).subject
            if subject:
                # the work may run again on the same header: what is set here is set the same again
                header["subject"] = subject
                header["subject_kind"] = kind_of(subject)
                break
        if not header["subject"]:
            key = admitted.legacy_keys[0].encode()
            topic = UNRESOLVED
        elif item in self._successions:
            # the resolver makes the events of both subjects, once it knows both
            key = self._successor(opened, item).encode()
            topic = UNRESOLVED
        else:
            key = header["subject"].encode()
            topic = EVENTS
        out.emit(topic, partition_of(key, self._lanes), key, self._codec.seal_admitted(opened))

    def _successor(self, opened: DecodedEvent, item: str) -> str:
        """Return what the row names the successor by: its unified code, else the key of a legacy code."""
        _, _, content, _ = self._codec.read_body(item, opened.body)
        code, key = successor_named(content[self._successions[item].successor] or "")
        return code or key

    def _tell(self, legacy_key: str, subject: str, out: Output) -> None:
        key, entry = legacy_key.encode(), self._entry({"legacy_key": legacy_key, "subject": subject})
        out.emit(UNRESOLVED, partition_of(key, self._lanes), key, entry)


def _told(header: Header, crosswalk: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return the codes that a row gives its subject: one that does not hold, the code alone that is part of it."""
    holds = header["verb"] in CONTENT_VERBS and header["state"] != RecordState.WITHDRAWN
    return crosswalk if holds else crosswalk[:1]
