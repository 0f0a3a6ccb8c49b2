"""A subject's profile, read from the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import redis.asyncio as redis

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import numbered_day
from creditbus.services.domain.crosswalk import crosswalk_key, decode_crosswalk
from creditbus.services.domain.event import Act, RecordState
from creditbus.services.domain.feed.denial import Denial, granted
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.view import Disclosed, Facing, disclose
from creditbus.services.domain.identifiers import legacy, uscc
from creditbus.services.domain.profile.consents import consent_pairs
from creditbus.services.domain.profile.keys import index_key, record_store_key, subject_key
from creditbus.services.domain.profile.published import Published, PublishedOn
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.profile.subject import INDEX_CHUNK, Subject, decode_subject, record_keys
from creditbus.services.domain.profile.succession import links, successions
from creditbus.services.domain.tokens import is_token
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.store.connection import connect
from creditbus.services.query import messages
from creditbus.services.query.carried import expect_carried
from creditbus.services.query.state import StageState, open_states
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import PROFILES, RESOLVER
from creditbus.topics.registry import SchemaRegistry

__all__ = ["ProfileReader", "open_profiles", "published_as_json"]


def _unjudged(record: Record) -> None:
    """Say nothing of objections."""


@dataclass(frozen=True, slots=True)
class ProfileReader:
    """Reads profiles; made by `open_profiles`, closed by `close`."""

    codec: EventCodec
    catalogue: Catalogue
    client: redis.Redis
    states: Mapping[str, StageState]

    async def read(self, stage: str, of: bytes, keys: list[bytes]) -> list[bytes | None]:
        """Return values of a stage's store, None for a key that there is not; errors as of `StageState.values`."""
        state = self.states[stage]
        values = await state.values(state.lane_of(of), keys)
        return [values[key] for key in keys]

    async def subject_of(self, code: str) -> str | None:
        """Return the subject that a code names: itself when it is a credit code, else by the crosswalk.

        Raises:
            ConfigurationError: the code has no known form.
            StoreBehindError, DependencyDownError: it cannot be said now.

        """
        if uscc.fault(code) is None or is_token(code):
            return code
        keys = [key for key in (legacy.by_shape(code), legacy.tax_key(code), legacy.institution_key(code)) if key]
        if not keys:
            raise ConfigurationError(
                "CODE",
                messages.NOT_A_CODE(),
                messages.GIVE_A_CODE(),
            )
        for key in keys:
            (value,) = await self.read(RESOLVER.name, key.encode(), [crosswalk_key(key.encode())])
            if subject := decode_crosswalk(value).subject:
                return subject
        return None

    async def profile(
        self, subject: str, objection_to: Callable[[Record], Any] = _unjudged, published: PublishedOn | None = None
    ) -> dict[str, Any] | None:
        """Return the profile of a subject, None when there is none; errors as of `StageState.values`.

        Args:
            subject: unified social credit code or token.
            objection_to: what is shown of the open objection to a record; None: there is none.
            published: says until when a record is published; None: nothing is said of that.

        """
        code = subject.encode()
        (value,) = await self.read(PROFILES.name, code, [subject_key(code)])
        if value is None:
            return None
        summary = decode_subject(value)
        stored = [decode_record(value) for value in await self._records(code, summary)]
        records = []
        for one in stored:
            shown = self.shown(one.content, one.act, one.state, one.revision)
            end = None if published is None else published.of(one, shown["item"], shown["content"])
            records.append({**shown, "objection": objection_to(one), "publication": end and published_as_json(end)})
        return {
            "subject": subject,
            "name": summary.name,
            "kind": summary.kind.value,
            "district": summary.district,
            "registered": summary.registered,
            "version": summary.version,
            "parked": summary.parked_to - summary.parked_from,
            "held": summary.held,
            **self.links_of(records),
            "records": records,
        }

    def links_of(self, records: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Return the subjects whose place the subject of these records took, and those that took its place."""
        return links(
            successions(self.catalogue),
            ((one["item"], one["document_no"], one["state"], one["content"]) for one in records),
        )

    async def disclosed(self, subject: str, grant: Grant, on: date) -> dict[str, Any] | None:
        """Return a subject as a grant discloses it on a day, None when there is no profile; errors as of `profile`.

        `records` are those that the feed shows, with its fields; `hidden` names the others and why each is hidden. They
        are for operators, never for the subscriber.
        """
        code = subject.encode()
        (value,) = await self.read(PROFILES.name, code, [subject_key(code)])
        if value is None:
            return None
        summary = decode_subject(value)
        facing = Facing(summary.kind.value, summary.district, on)
        shown: list[dict[str, Any]] = []
        hidden: list[dict[str, Any]] = []
        for stored in await self._records(code, summary):
            named, found = self._disclosed(decode_record(stored), grant, facing, summary)
            if isinstance(found, Denial):
                hidden.append({**named, "why": found.value, "granted": granted(grant, found)})
            else:
                shown.append({**named, "act": found.act, "content": found.content})
        return {
            "subject": subject,
            "name": summary.name,
            "kind": summary.kind.value,
            "district": summary.district,
            "version": summary.version,
            "subscriber": grant.subscriber,
            "on": on.isoformat(),
            "records": shown,
            "hidden": hidden,
        }

    def _disclosed(
        self, record: Record, grant: Grant, facing: Facing, summary: Subject
    ) -> tuple[dict[str, Any], Disclosed | Denial]:
        last, _ = self.codec.last_emission(record.content, record.act)
        opened = self.codec.open(last.value)
        header = opened.header
        act, _, content, _ = self.codec.read_body(header["item"], opened.body)
        named = {
            "item": header["item"],
            "authority": header["authority"],
            "authority_name": header["authority_name"],
            "document_no": header["document_no"],
            "state": record.state.value,
        }
        projection = Projection(grant, self.catalogue.items[header["item"]])
        facing = facing._replace(consents=consent_pairs(summary.consents, header["item"], facing.on))
        return named, disclose(projection, facing, record.state, act, content)

    async def _records(self, code: bytes, summary: Subject) -> list[bytes]:
        names = await self.record_names(code, summary)
        values = await self.read(PROFILES.name, code, [record_store_key(code, name) for name in names])
        return [value for value in values if value is not None]

    async def record_names(self, code: bytes, summary: Subject) -> list[bytes]:
        """Return the keys of a subject's records, in the order in which they were first there."""
        chunks = [index_key(code, number) for number in range(summary.records // INDEX_CHUNK)]
        full = await self.read(PROFILES.name, code, chunks) if chunks else []
        names = [name for chunk in (*full, summary.tail) for name in record_keys(chunk or b"")]
        for name in names:
            expect_carried(self.catalogue, name)
        return names

    def shown(self, content_event: bytes, act_event: bytes, state: RecordState, revision: int) -> dict[str, Any]:
        """Return a record as a profile shows it, by the events of its content and of its last act."""
        content = self.codec.open(content_event)
        header = content.header
        act, _, fields, _ = self.codec.read_body(header["item"], content.body)
        item = self.catalogue.items[header["item"]]
        last_act, statement = None, act["statement"]
        if act_event:
            opened = self.codec.open(act_event)
            done = self.codec.read_body(header["item"], opened.body)[0]
            last_act = {"verb": opened.header["verb"]} | _filled(done)
            if self.codec.last_emission(content_event, act_event)[1]:
                statement = done["statement"]
        return {
            "item": header["item"],
            "authority": header["authority"],
            "authority_name": header["authority_name"],
            "document_no": header["document_no"],
            "state": state.value,
            "revision": revision,
            "department": header["origin"]["department"],
            "cautions": header["warnings"],
            "disclosure": item.class_of(fields).value,
            "act": _filled(act),
            "last_act": last_act,
            "statement": statement,
            "content": {name: value for name, value in fields.items() if value is not None},
        }

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


def published_as_json(published: Published) -> dict[str, Any]:
    """Return where the publication of a record stands, as JSON prints it."""
    return {
        "until": None if published.last is None else numbered_day(published.last).isoformat(),
        "rule": published.rule or None,
        "class": published.category or None,
        "verified": published.verified,
        "ended": published.ended,
        "overdue": published.overdue,
    }


def _filled(act: Act) -> dict[str, Any]:
    """Return what an act states itself; what the subject states stands next to it."""
    return {name: value for name, value in act.items() if value is not None and name != "statement"}


async def open_profiles(connection: Connection) -> ProfileReader:
    """Return a reader of the profiles of a bus.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: topics or schemas are missing.

    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    codec = EventCodec(Schemas(SchemaRegistry(connection.registry_url)))
    await codec.load()
    client = connect(connection.redis_url)
    states = await open_states(connection, facts, client)
    return ProfileReader(codec, Catalogue.parse(raw_catalogue()), client, states)
