"""What a registration makes of its subject: whether it is registered, its name and its district."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.event import Content, RecordState
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
        """Bring an event that applies to its subject's facts, and tell whether it registers the subject.

        A registration that is withdrawn makes room for another one of the subject, the one that was published last;
        without any the subject is as one that was never registered.

        Args:
            code: the subject.
            subject: its summary; its facts are set.
            opened: the event.
            record: the event's record after it.
            name: key of that record within the subject.

        """
        item = self._registering.get(opened.header["item"])
        if item is None:
            return False
        if record.state is RecordState.WITHDRAWN:
            return self._fall_back(code, subject, name)
        if opened.header["verb"] not in CONTENT_VERBS:
            return False
        _set(subject, item, self._codec.read_body(item.id, opened.body)[2])
        return True

    def _fall_back(self, code: bytes, subject: Subject, withdrawn: bytes) -> bool:
        others = [
            record_store_key(code, name)
            for name in names_of(code, subject, self._view)
            if name != withdrawn and name.partition(b"|")[0].decode() in self._registering
        ]
        self._view.need(others)
        values = [value for key in others if (value := self._view.get(key)) is not None]
        standing = [one for one in map(decode_record, values) if one.state is not RecordState.WITHDRAWN]
        if not standing:
            subject.registered, subject.name_utf8, subject.district_utf8 = False, b"", b""
            return False
        last = max(standing, key=lambda one: (one.received_at, one.sequence))
        opened = self._codec.open(last.content)
        item = self._registering[opened.header["item"]]
        _set(subject, item, self._codec.read_body(item.id, opened.body)[2])
        return True


def _set(subject: Subject, item: Item, content: Content) -> None:
    assert item.registers is not None  # noqa: S101 -- for the type checker: it is one of those that register
    subject.registered = True
    subject.name_utf8 = (content.get(item.registers.name) or "").encode()
    subject.district_utf8 = (content.get(item.registers.district) or "").encode()
