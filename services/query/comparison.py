"""Compares events that are not published yet with what the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from creditbus.services.domain.crosswalk import crosswalk_key, decode_crosswalk
from creditbus.services.domain.event import Header, content_hash, record_key
from creditbus.services.domain.profile.keys import record_store_key, subject_key
from creditbus.services.domain.profile.parked import is_parked
from creditbus.services.domain.profile.standing import Standing, standing_of
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.profile.subject import decode_subject
from creditbus.services.domain.validation import Admitted
from creditbus.services.query.profile import ProfileReader
from creditbus.topics.names import PROFILES, RESOLVER

__all__ = ["Comparer"]

_LATER = 2**62
"""An order after everything that was received: the event would be the newest."""


class Comparer:
    """Asks the store; a batch of events costs a round trip a lane."""

    def __init__(self, reader: ProfileReader) -> None:
        self._reader = reader

    async def standings(self, events: Sequence[tuple[Mapping[str, Any], Admitted]]) -> list[Standing]:
        """Return how each admitted event stands to what the bus holds.

        Raises:
            StoreBehindError, DependencyDownError: it cannot be said now.

        """
        profiles = self._reader.states[PROFILES.name]
        subjects = [await self._subject(admitted) for _, admitted in events]
        keys: dict[int, set[bytes]] = {}
        for (event, _), subject in zip(events, subjects, strict=True):
            if subject:
                code = subject.encode()
                name = record_key(event["header"]).encode()
                lane = profiles.lane_of(code)
                keys.setdefault(lane, set()).update((subject_key(code), record_store_key(code, name)))
        values: dict[bytes, bytes | None] = {}
        for lane, wanted in keys.items():
            values.update(await profiles.values(lane, list(wanted)))
        return [
            self._standing(event, admitted, subject, values)
            for (event, admitted), subject in zip(events, subjects, strict=True)
        ]

    async def _subject(self, admitted: Admitted) -> str:
        if admitted.subject or admitted.person:
            return admitted.subject
        crosswalk = self._reader.states[RESOLVER.name]
        for key in admitted.legacy_keys:
            wanted = crosswalk_key(key.encode())
            found = await crosswalk.values(crosswalk.lane_of(key.encode()), [wanted])
            if subject := decode_crosswalk(found[wanted]).subject:
                return subject
        return ""

    def _standing(
        self, event: Mapping[str, Any], admitted: Admitted, subject: str, values: Mapping[bytes, bytes | None]
    ) -> Standing:
        if admitted.person:
            return Standing.UNKNOWN
        if not subject:
            return Standing.PARKED
        header, code = event["header"], subject.encode()
        summary = values[subject_key(code)]
        item = self._reader.catalogue.item(header["item"])
        if item is None:
            return Standing.UNKNOWN
        registered = summary is not None and decode_subject(summary).registered
        if is_parked(item, subject, registered=registered):
            return Standing.PARKED
        value = values[record_store_key(code, record_key(header).encode())]
        body, start = self._reader.codec.write_body(item.id, event["act"], event["claim"], event["content"])
        seen = {**header, "content_hash": content_hash(body[start:]), "received_at": _LATER, "sequence": _LATER}
        return standing_of(None if value is None else decode_record(value), cast("Header", seen))
