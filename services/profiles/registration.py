"""What a registration makes of its subject: whether it is registered, its name and its district."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.profile.keys import record_store_key
from creditbus.services.domain.profile.record import CONTENT_VERBS, Record
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.restating import names_of

__all__ = ["Registration"]


class Registration:
    """Of one batch.

    Args:
        registering: the items whose records register their subject, by id.
        codec: reads their contents.
        view: the state.

    """

    def __init__(self, registering: dict[str, Item], codec: EventCodec, view: StateView) -> None:
        self._registering = registering
        self._codec = codec
        self._view = view

    def settle(self, code: bytes, subject: Subject, opened: DecodedEvent, record: Record, name: bytes) -> bool:
        """Bring an event that applies to its subject's facts, and tell whether the subject is registered by it.

        Of several registrations that are not withdrawn the one published last counts, whatever the order in which they
        come; without any the subject is as one that was never registered.

        Args:
            code: the subject.
            subject: its summary; its facts are set.
            opened: the event.
            record: the event's record after it.
            name: key of that record within the subject.

        """
        item = self._registering.get(opened.header["item"])
        withdrawn = record.state is RecordState.WITHDRAWN
        if item is None or not (withdrawn or opened.header["verb"] in CONTENT_VERBS):
            return False
        last = max(self._others(code, subject, name), default=None, key=_published)
        if not withdrawn and (last is None or _published(last) < _published((name, record))):
            self._set(subject, item, opened)
        elif last is not None:
            said = self._codec.open(last[1].content)
            self._set(subject, self._registering[said.header["item"]], said)
        else:
            subject.registered, subject.name_utf8, subject.district_utf8 = False, b"", b""
        return subject.registered

    def _others(self, code: bytes, subject: Subject, name: bytes) -> list[tuple[bytes, Record]]:
        """Return the subject's other registrations that are not withdrawn, and their keys within it."""
        names = [
            one
            for one in names_of(code, subject, self._view)
            if one != name and one.partition(b"|")[0].decode() in self._registering
        ]
        keys = [record_store_key(code, one) for one in names]
        self._view.need(keys)
        found = zip(names, map(self._view.get, keys), strict=True)
        records = [(one, decode_record(value)) for one, value in found if value is not None]
        return [each for each in records if each[1].state is not RecordState.WITHDRAWN]

    def _set(self, subject: Subject, item: Item, opened: DecodedEvent) -> None:
        assert item.registers is not None  # noqa: S101 -- for the type checker: it is one of those that register
        content = self._codec.read_body(item.id, opened.body)[2]
        subject.registered = True
        subject.name_utf8 = (content.get(item.registers.name) or "").encode()
        subject.district_utf8 = (content.get(item.registers.district) or "").encode()


def _published(named: tuple[bytes, Record]) -> tuple[int, int, bytes]:
    """Return what orders registrations; two of other partitions may have come at one moment under one number."""
    name, record = named
    return record.received_at, record.sequence, name
