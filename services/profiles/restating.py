"""Emits records again whose facts or policy changed: a feed compares what it may show before and after.

A record holds the events by which it was last emitted, and with them facts and policy of that moment. So it is
known of each record for itself whether it must be restated and what its feeds hold of it, in whatever order facts
change and pieces of work come: no list of holders and no history of facts is kept (docs/adr/0037-restatement.md).
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from creditbus.services.domain.event import Facts, restated_id
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.keys import index_key, item_of, record_store_key, subject_key
from creditbus.services.domain.profile.stored_record import emitted_of, with_emitted
from creditbus.services.domain.profile.subject import INDEX_CHUNK, NOT_RESTATING, Subject, record_keys
from creditbus.services.engine.codec.emission import facts_before
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.fast import write_registered
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.consenting import written_consents_now
from creditbus.services.profiles.gates import Gates
from creditbus.services.profiles.lane import StageStanding
from creditbus.services.profiles.summaries import Summaries
from creditbus.topics.names import CHANGES, EVENTS

__all__ = ["AT_ONCE", "Restating", "names_of"]

#: Chunks that are restated together with the event that changed the facts: for nearly every subject that is all, in
#: one transaction. A larger piece would hold up the lane's other events.
AT_ONCE: Final = 4
#: Chunks of each further piece: 256 records, some milliseconds.
_AT_A_TIME: Final = 16


class Restating:
    """Of one batch."""

    def __init__(
        self,
        codec: EventCodec,
        continuation: RecordWriter,
        policies: StageStanding,
        today: int,
        summaries: Summaries,
        view: StateView,
        out: Output,
        *,
        gates: Gates,
    ) -> None:
        self._codec = codec
        self._continuation = continuation
        self._policies = policies
        self._gates = gates
        self._today = today
        self._summaries = summaries
        self._view = view
        self._out = out
        self._changes = out.channel(CHANGES, out.lane)

    def before(self, key: bytes, subject: Subject) -> Facts | None:
        """Return the facts under which a stored record was last emitted, where they are not those of now.

        Of a record that may be withheld for a value always: its feeds must know whether it was.
        """
        content, act = emitted_of(self._view.get(key) or b"")
        last, _ = self._codec.last_emission(content, act)
        item = last.item
        consents = written_consents_now(subject, item, self._today)
        gate = self._gates.of(item, content)
        return facts_before(last, subject.facts, self._policies.written[item], consents, gate)

    def start(self, code: bytes, subject: Subject) -> None:
        """Restate the first records of a subject whose facts changed, and see to the others."""
        # what of other items waits for a later piece stays behind the first chunks: those are done at once
        subject.restating = 0
        self._say(code, self._restate_chunks(code, subject, AT_ONCE))

    def go_on(self, code: bytes, chunk: int) -> None:
        """Restate the next piece; one that is done already, or began again meanwhile, is passed over."""
        subject = self._summaries.of(subject_key(code))
        if subject.restating == chunk:
            self._say(code, self._restate_chunks(code, subject, _AT_A_TIME))

    def _say(self, code: bytes, chunk: int) -> None:
        if chunk != NOT_RESTATING:
            piece = self._continuation({"subject": code.decode(), "chunk": chunk})
            self._out.emit(EVENTS, self._out.lane, code, piece)

    # -- by a walk through the lane, which comes back to a subject by itself ---------------------

    def start_within(self, code: bytes, items: Container[bytes]) -> bool:
        """Restate the first records of a subject, those of the items whose policy changed; tell whether that is all."""
        subject = self._summaries.of(subject_key(code))
        subject.restating = 0
        return self._restate_chunks(code, subject, AT_ONCE, items) == NOT_RESTATING

    def go_on_within(self, code: bytes, chunks: int) -> bool:
        """Restate the next records of a subject, and tell whether there are no more."""
        subject = self._summaries.of(subject_key(code))
        return subject.restating == NOT_RESTATING or self._restate_chunks(code, subject, chunks) == NOT_RESTATING

    def chunks_to_start(self, code: bytes) -> list[bytes]:
        """Return the keys of the chunks that name the records at which `start_within` looks."""
        subject = self._summaries.of(subject_key(code))
        return [index_key(code, number) for number in range(min(AT_ONCE, subject.records // INDEX_CHUNK))]

    def needed_to_start(self, code: bytes, items: Container[bytes]) -> list[bytes]:
        """Return the keys of the records that `start_within` looks at; MissingKeysError where chunks are to be read."""
        return [record_store_key(code, name) for name in self._names(code, 0, AT_ONCE) if item_of(name) in items]

    def needed_to_go_on(self, code: bytes, chunks: int) -> list[bytes]:
        """Return the keys of the records that `go_on_within` looks at; MissingKeysError as of `needed_to_start`."""
        first = self._summaries.of(subject_key(code)).restating
        names = [] if first == NOT_RESTATING else self._names(code, first, chunks)
        return [record_store_key(code, name) for name in names]

    def _names(self, code: bytes, first: int, count: int) -> list[bytes]:
        subject = self._summaries.of(subject_key(code))
        return names_of(code, subject, self._view, first, min(first + count, subject.records // INDEX_CHUNK + 1))

    # -- either way -----------------------------------------------------------------------------

    def _restate_chunks(self, code: bytes, subject: Subject, count: int, items: Container[bytes] | None = None) -> int:
        """Restate some chunks, and return the number of the one after them; NOT_RESTATING: there is none."""
        version, tail = subject.version, subject.records // INDEX_CHUNK
        after = min(subject.restating + count, tail + 1)
        names = names_of(code, subject, self._view, subject.restating, after)
        keys = [record_store_key(code, name) for name in names if items is None or item_of(name) in items]
        self._view.need(keys)
        registered = write_registered(*subject.facts)
        for key in keys:
            self._restate(code, subject, registered, key)
        was_restating = subject.restating > 0
        subject.restating = NOT_RESTATING if after > tail else after
        if was_restating or subject.restating != NOT_RESTATING or subject.version != version:
            self._summaries.changed(subject_key(code))
        return subject.restating

    def _restate(self, code: bytes, subject: Subject, registered: bytes, key: bytes) -> None:
        value = self._view.get(key)
        if value is None:  # the first event of the record is still being folded
            return
        emitted = content, act = emitted_of(value)
        last, by_act = self._codec.last_emission(content, act)
        item = last.item
        policy, consents = self._policies.written[item], written_consents_now(subject, item, self._today)
        if self._codec.is_retracted(last):
            return
        if last.registered == registered and last.policy == policy and last.consents == consents:
            return
        subject.version += 1
        sealed = self._codec.seal_restated_as(
            last,
            restated_id(last.event_id, subject.version),
            subject.version,
            registered=registered,
            policy=policy,
            consents=consents,
            gate=self._gates.of(item, content),
        )
        if not by_act:
            content = sealed
        elif act == content:
            content = act = sealed
        else:
            act = sealed
        self._view.put(key, with_emitted(value, emitted, content, act))
        self._changes.append((code, sealed))


def names_of(code: bytes, subject: Subject, view: StateView, first: int = 0, after: int | None = None) -> list[bytes]:
    """Return the keys of a subject's records, in the order in which they were first there.

    Args:
        code: the subject.
        subject: its summary.
        view: the state; raises MissingKeysError where chunks are to be read first.
        first: number of the first chunk; the summary's tail comes after all full ones.
        after: number after that of the last chunk; None: to the end.

    """
    tail = subject.records // INDEX_CHUNK
    after = tail + 1 if after is None else after
    chunks = [index_key(code, number) for number in range(first, min(after, tail))]
    view.need(chunks)
    names: list[bytes] = []
    for key in chunks:
        names += record_keys(view.get(key) or b"")
    return names + record_keys(subject.tail) if after > tail else names
