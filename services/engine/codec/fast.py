"""Avro for the shapes that every event has, without a general decoder.

fastavro looks at the schema again for every field. The header, a record of optional strings alone (act, claim, every
content) and what the profiles stage adds to a header need no schema at run time. Whatever is not written in the
plainest way is left to fastavro, so that it alone decides what is undecodable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from creditbus.services.domain.event import Applied, Consent, Facts, Header, Policy
from creditbus.services.engine.codec.primitives import (
    BOOLEANS,
    encode_long,
    encode_text,
    past_text,
    read_long,
    read_optional_long,
    symbols,
    write_long,
)
from creditbus.services.engine.codec.scan import scan_header
from creditbus.services.engine.codec.scan.places import (
    APPLIED_STATE,
    AUTHORITY,
    AUTHORITY_NAME,
    BEFORE,
    CHANGE,
    CONSENTS,
    CONTENT_HASH,
    DISTRICT,
    DOCUMENT_NO,
    END,
    EVENT_ID,
    FILE,
    ITEM,
    LIFTS,
    NORMALISED,
    ORIGIN,
    POLICY,
    PREVIOUS_STATE,
    READING,
    RECEIVED_AT,
    REGISTERED,
    REGISTERED_NAME,
    REVISION,
    ROW,
    RUN,
    SEQUENCE,
    SHEET,
    SOURCE_TIME,
    STATE,
    SUBJECT,
    SUBJECT_KIND,
    SUBJECT_NAME,
    VERB,
    VERSION,
    WARNINGS,
    characters,
    check_fields,
)

__all__ = [
    "NO_CONSENTS",
    "AdmissionWriter",
    "AppliedWriter",
    "Cuts",
    "HeaderReader",
    "TextReader",
    "past_consents",
    "past_policy",
    "read_consents",
    "read_policy",
    "write_consents",
    "write_policy",
    "write_registered",
]

_OPTIONAL_TEXT: Final = ["null", "string"]
_FIRST_REVISION: Final = b"\x02"
_NOT_APPLIED: Final = b"\x00"
_NO_FACTS: Final = b"\x00"
#: As `write_consents` gives it of nearly every record.
NO_CONSENTS: Final = b"\x00"

#: Places in a header: see `scan.places`.
Cuts = tuple[int, ...]


class TextReader:
    """Reads a record whose fields are all optional strings.

    Args:
        schema: its Avro schema.

    Raises:
        ValueError: a field has another type.

    """

    __slots__ = ("_names",)

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._names: tuple[str, ...] = tuple(field["name"] for field in schema["fields"])
        if any(field["type"] != _OPTIONAL_TEXT for field in schema["fields"]):
            message = f"{schema['name']} has fields that are no optional strings"
            raise ValueError(message)

    def read(self, source: bytes, start: int) -> tuple[dict[str, str | None], int] | None:
        """Return the record that begins at `start` and the place after it; None where fastavro must look."""
        record: dict[str, str | None] = {}
        place = start
        try:
            for name in self._names:
                branch = source[place]
                place += 1
                if not branch:
                    record[name] = None
                    continue
                size = source[place]
                place += 1
                if size > 127:  # noqa: PLR2004 -- the length goes on in a second byte
                    more = source[place]
                    place += 1
                    if more > 127:  # noqa: PLR2004 -- and in a third
                        return None
                    size = size & 127 | more << 7
                end = place + (size >> 1)
                if branch != 2 or size & 1 or end > len(source):  # noqa: PLR2004 -- zigzag of 1: the string
                    return None
                record[name] = source[place:end].decode()
                place = end
        except (IndexError, UnicodeDecodeError):
            return None
        return record, place

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in their order."""
        return self._names


class HeaderReader:
    """Reads an event's header.

    Args:
        schema: its Avro schema, its types written out; the order of enumerations is taken from it.

    """

    __slots__ = ("_changes", "_kinds", "_states", "_verbs")

    def __init__(self, schema: Mapping[str, Any]) -> None:
        check_fields(schema)
        types = {field["name"]: field["type"] for field in schema["fields"]}
        change = types["applied"][1]["fields"][0]["type"]
        self._verbs, self._kinds, self._states, self._changes = (
            symbols(kind) for kind in (types["verb"], types["subject_kind"], types["state"], change)
        )

    def read(self, source: bytes, start: int) -> tuple[Header, Cuts, int] | None:
        """Return the header at `start`, its cuts, and the place after it; None where fastavro must look."""
        places = scan_header(source, start)
        if places is None:
            return None
        try:
            return self._read(source, places), places, places[END]
        except (KeyError, UnicodeDecodeError):
            return None

    def _read(self, source: bytes, places: Cuts) -> Header:
        header: dict[str, Any] = {
            "item": _text(source, places, ITEM),
            "verb": self._verbs[source[places[VERB]]],
            "event_id": source[places[EVENT_ID] : places[CONTENT_HASH]],
            "content_hash": source[places[CONTENT_HASH] : places[AUTHORITY]],
            "authority": _text(source, places, AUTHORITY),
            "authority_name": _text(source, places, AUTHORITY_NAME),
            "document_no": _text(source, places, DOCUMENT_NO),
            "subject": _text(source, places, SUBJECT),
            "subject_name": _text(source, places, SUBJECT_NAME),
            "subject_kind": self._kinds[source[places[SUBJECT_KIND]]],
            "state": self._states[source[places[STATE]]],
            "source_time": read_optional_long(source, places[SOURCE_TIME]),
            "received_at": read_long(source, places[RECEIVED_AT])[0],
            "sequence": read_long(source, places[SEQUENCE])[0],
            "reading": read_optional_long(source, places[READING]),
            "lifts": BOOLEANS[source[places[LIFTS]]],
            "origin": {
                "department": _text(source, places, ORIGIN),
                "run": _text(source, places, RUN),
                "file": _text(source, places, FILE),
                "sheet": _text(source, places, SHEET),
                "row": read_long(source, places[ROW])[0],
            },
            "normalised": read_long(source, places[NORMALISED])[0],
            "warnings": _warnings(source, places[WARNINGS]) if source[places[WARNINGS]] else [],
            "applied": self._applied(source, places) if places[CHANGE] > 0 else None,
        }
        return cast("Header", header)

    def _applied(self, source: bytes, places: Cuts) -> dict[str, Any]:
        previous = places[PREVIOUS_STATE]
        return {
            "change": self._changes[source[places[CHANGE]]],
            "version": read_long(source, places[VERSION])[0],
            "revision": read_long(source, places[REVISION])[0],
            "state": self._states[source[places[APPLIED_STATE]]],
            "previous_state": self._states[source[previous + 1]] if source[previous] else None,
            "registered_name": _text(source, places, REGISTERED_NAME),
            "district": _text(source, places, DISTRICT),
            "registered": BOOLEANS[source[places[REGISTERED]]],
            "policy": read_policy(source, places[POLICY]),
            "before": _facts(source, places[BEFORE]),
            "consents": read_consents(source, places[CONSENTS]),
        }


class AdmissionWriter:
    """Writes what intake decides into the bytes of a header, between what it leaves as it is.

    Args:
        schema: the header's Avro schema, its types written out; the order of enumerations is taken from it.

    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        types = {field["name"]: field["type"] for field in schema["fields"]}
        self._kinds = _symbols(types["subject_kind"])

    def write(self, header: Header, head: bytes, cuts: Cuts) -> list[bytes]:
        """Return the pieces of the header's bytes.

        `head` are the bytes that were read, `cuts` the places in them; nothing else of `header` has changed.
        """
        return [
            head[: cuts[EVENT_ID]],
            header["event_id"],
            header["content_hash"],
            head[cuts[AUTHORITY] : cuts[SUBJECT]],
            encode_text(header["subject"]),
            head[cuts[SUBJECT_NAME] : cuts[SUBJECT_KIND]],
            self._kinds[header["subject_kind"]],
            head[cuts[STATE] : cuts[RECEIVED_AT]],
            write_long(header["received_at"]),
            encode_long(header["sequence"]),
            head[cuts[READING] : cuts[WARNINGS]],
            _texts_block(header["warnings"]),
            _NOT_APPLIED,
        ]


class AppliedWriter:
    """Writes the last field of a header, where it is not null.

    Args:
        header: the header's schema, its types written out; the order of enumerations is taken from it.

    Attributes:
        restated: the symbol of a change that emits a record again.
        states: the symbols of a record's states.

    """

    def __init__(self, header: Mapping[str, Any]) -> None:
        union = header["fields"][-1]["type"]
        types = {field["name"]: field["type"] for field in union[1]["fields"]}
        self.states = states = _symbols(_enumeration(header, "RecordState"))
        changes = _symbols(types["change"])
        branches: dict[str | None, bytes] = {None: b"\x00"}
        branches |= {state: b"\x02" + code for state, code in states.items()}
        self._changes = {change: b"\x02" + code for change, code in changes.items()}
        self.restated = changes["RESTATED"]
        self._new = self._changes["NEW"]
        self._first = {state: _FIRST_REVISION + code + branches[None] for state, code in states.items()}
        self._states = {
            (state, previous): code + branch for state, code in states.items() for previous, branch in branches.items()
        }

    def write(self, applied: Applied) -> bytes:
        """Return the bytes of the field, the choice of the union included."""
        return b"".join(
            (
                self._changes[applied["change"]],
                write_long(applied["version"]),
                write_long(applied["revision"]),
                self._states[applied["state"], applied["previous_state"]],
                _registered(applied["registered_name"], applied["district"], applied["registered"]),
                write_policy(applied["policy"]),
                _NO_FACTS if applied["before"] is None else _written_facts(applied["before"]),
                write_consents(applied["consents"]),
            )
        )

    def write_new(self, state: str, version: int, name: bytes, district: bytes, policy: bytes) -> bytes:
        """Return the field's bytes for the first revision of a record of a registered subject without consents.

        The texts are UTF-8, and the policy is as `write_policy` gives it.
        """
        return b"%b%b%b%b%b%b%b\x01%b\x00\x00" % (
            self._new,
            write_long(version),
            self._first[state],
            write_long(len(name)),
            name,
            write_long(len(district)),
            district,
            policy,
        )


def write_policy(policy: Policy) -> bytes:
    """Return a policy as it stands in an event."""
    return write_long(policy["version"]) + write_long(policy["day"])


def past_policy(source: bytes, place: int) -> int:
    """Return the place after the policy that stands in an event."""
    return read_long(source, read_long(source, place)[1])[1]


def read_policy(source: bytes, place: int) -> Policy:
    """Return the policy that stands in an event."""
    version, place = read_long(source, place)
    return Policy(version=version, day=read_long(source, place)[0])


def write_consents(consents: Sequence[Consent]) -> bytes:
    """Return consents as they stand in an event."""
    if not consents:
        return NO_CONSENTS
    texts = [encode_text(text) for one in consents for text in (one["receiver"], one["purpose"])]
    return b"".join((write_long(len(consents)), *texts, b"\x00"))


def read_consents(source: bytes, place: int) -> list[Consent]:
    """Return the consents that stand in an event."""
    consents: list[Consent] = []
    if not source[place]:
        return consents
    count, place = read_long(source, place)
    for _ in range(count):
        purpose = past_text(source, place)
        after = past_text(source, purpose)
        consents.append(
            Consent(
                receiver=characters(source, place, purpose).decode(),
                purpose=characters(source, purpose, after).decode(),
            )
        )
        place = after
    return consents


def past_consents(source: bytes, place: int) -> int:
    """Return the place after the consents that stand in an event."""
    count, place = read_long(source, place)
    for _ in range(2 * count):
        place = past_text(source, place)
    # an array that is not empty has another empty block at its end
    return place + 1 if count else place


def _text(source: bytes, places: Cuts, field: int) -> str:
    return characters(source, places[field], places[field + 1]).decode()


def _warnings(source: bytes, place: int) -> list[str]:
    """Read an array that is one block of strings."""
    count, place = read_long(source, place)
    warnings: list[str] = []
    for _ in range(count):
        end = past_text(source, place)
        warnings.append(characters(source, place, end).decode())
        place = end
    return warnings


def write_registered(name: bytes, district: bytes, registered: bool) -> bytes:  # noqa: FBT001 -- a field's value
    """Return what is registered of a subject as it stands in an event; the texts are UTF-8."""
    return b"".join(
        (write_long(len(name)), name, write_long(len(district)), district, b"\x01" if registered else b"\x00")
    )


def _registered(name: str, district: str, registered: bool) -> bytes:  # noqa: FBT001 -- a field's value
    return write_registered(name.encode(), district.encode(), registered)


def _written_facts(facts: Facts) -> bytes:
    registered = _registered(facts["registered_name"], facts["district"], facts["registered"])
    consents, gate = write_consents(facts["consents"]), encode_text(facts["gate"])
    return b"".join((b"\x02", registered, write_policy(facts["policy"]), consents, gate))


def _facts(source: bytes, place: int) -> Facts | None:
    if not source[place]:
        return None
    district = past_text(source, place + 1)
    end = past_text(source, district)
    consents = past_policy(source, end + 1)
    gate = past_consents(source, consents)
    return Facts(
        registered_name=characters(source, place + 1, district).decode(),
        district=characters(source, district, end).decode(),
        registered=BOOLEANS[source[end]],
        policy=read_policy(source, end + 1),
        consents=read_consents(source, consents),
        gate=characters(source, gate, past_text(source, gate)).decode(),
    )


def _texts_block(texts: Sequence[str]) -> bytes:
    if not texts:
        return b"\x00"
    return b"".join((write_long(len(texts)), *map(encode_text, texts), b"\x00"))


def _symbols(enumeration: Mapping[str, Any]) -> dict[str, bytes]:
    return {symbol: write_long(place) for place, symbol in enumerate(enumeration["symbols"])}


def _enumeration(header: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    types = (field["type"] for field in header["fields"])
    return next(kind for kind in types if isinstance(kind, dict) and kind.get("name") == name)
