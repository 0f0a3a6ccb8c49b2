"""Avro for the shapes that every event has, without a general decoder.

fastavro looks at the schema again for every field. The header, a record of optional strings alone (act, claim, every
content) and what the profiles stage adds to a header need no schema at run time. Whatever is not written in the
plainest way is left to fastavro, so that it alone decides what is undecodable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from creditbus.services.domain.event import Applied, Header
from creditbus.services.engine.codec.primitives import (
    BOOLEANS,
    BRANCHES,
    encode_long,
    encode_text,
    past_optional_text,
    read_long,
    symbols,
    write_long,
)

__all__ = ["AdmissionWriter", "AppliedWriter", "Cuts", "HeaderReader", "TextReader"]

_FIRST: Final = ("item",)
_DECISION: Final = ("authority", "authority_name", "document_no")
_SUBJECT_CODE: Final = ("subject",)
_SUBJECT_NAME: Final = ("subject_name",)
_PLACE: Final = ("department", "run", "file", "sheet")
_SUBJECT: Final = ("registered_name", "district")
_HEADER_FIELDS: Final = (
    *_FIRST,
    *("verb", "event_id", "content_hash"),
    *_DECISION,
    *_SUBJECT_CODE,
    *_SUBJECT_NAME,
    *("subject_kind", "state", "source_time", "received_at", "sequence", "reading", "lifts"),
    *("origin", "normalised", "warnings", "applied"),
)
_OPTIONAL_TEXT: Final = ["null", "string"]
_FIRST_REVISION: Final = b"\x02"
_NOT_APPLIED: Final = b"\x00"

#: Places in a header: event_id, subject and its end, subject_kind, received_at, reading, warnings.
Cuts = tuple[int, int, int, int, int, int, int]


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
        """Return the record that begins at `start` and the place behind it; None where fastavro must look."""
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

    def skip(self, source: bytes, place: int) -> int | None:
        """Return the place behind the record that begins at `place`; None where fastavro must look."""
        try:
            for _ in self._names:
                place = past_optional_text(source, place)
        except (IndexError, KeyError):
            return None
        return place


class HeaderReader:
    """Reads an event's header.

    Args:
        schema: its Avro schema, its types written out; the order of enumerations is taken from it.

    """

    __slots__ = ("_changes", "_kinds", "_states", "_verbs")

    def __init__(self, schema: Mapping[str, Any]) -> None:
        names = tuple(field["name"] for field in schema["fields"])
        if names != _HEADER_FIELDS:
            message = f"{schema['name']} has other fields than this module reads: {', '.join(names)}"
            raise ValueError(message)
        types = {field["name"]: field["type"] for field in schema["fields"]}
        change = types["applied"][1]["fields"][0]["type"]
        self._verbs, self._kinds, self._states, self._changes = (
            symbols(kind) for kind in (types["verb"], types["subject_kind"], types["state"], change)
        )

    def read(self, source: bytes, start: int) -> tuple[Header, Cuts, int] | None:
        """Return the header at `start`, its cuts, and the place behind it; None where fastavro must look."""
        try:
            return self._read(source, start)
        except (IndexError, KeyError, UnicodeDecodeError):
            return None

    def _read(self, source: bytes, place: int) -> tuple[Header, Cuts, int]:
        header: dict[str, Any] = {}
        place = _texts(source, place, _FIRST, header)
        header["verb"] = self._verbs[source[place]]
        identity = place + 1
        header["event_id"] = source[place + 1 : place + 17]
        header["content_hash"] = source[place + 17 : place + 33]
        subject = _texts(source, place + 33, _DECISION, header)
        subject_end = _texts(source, subject, _SUBJECT_CODE, header)
        place = _texts(source, subject_end, _SUBJECT_NAME, header)
        kind = place
        header["subject_kind"] = self._kinds[source[place]]
        header["state"] = self._states[source[place + 1]]
        if BRANCHES[source[place + 2]]:
            header["source_time"], place = read_long(source, place + 3)
        else:
            header["source_time"] = None
            place += 3
        published = place
        header["received_at"], place = read_long(source, place)
        header["sequence"], place = read_long(source, place)
        published_end = place
        if BRANCHES[source[place]]:
            header["reading"], place = read_long(source, place + 1)
        else:
            header["reading"] = None
            place += 1
        header["lifts"] = BOOLEANS[source[place]]
        place += 1
        origin: dict[str, Any] = {}
        header["origin"] = origin
        place = _texts(source, place, _PLACE, origin)
        origin["row"], place = read_long(source, place)
        header["normalised"], place = read_long(source, place)
        cuts = (identity, subject, subject_end, kind, published, published_end, place)
        warnings: list[str] = []
        header["warnings"] = warnings
        if source[place]:
            place = _one_block(source, place, warnings)
        place += 1
        if BRANCHES[source[place]]:
            header["applied"], place = self._read_applied(source, place + 1)
        else:
            header["applied"] = None
            place += 1
        return cast("Header", header), cuts, place

    def _read_applied(self, source: bytes, place: int) -> tuple[dict[str, Any], int]:
        applied: dict[str, Any] = {"change": self._changes[source[place]]}
        applied["version"], place = read_long(source, place + 1)
        applied["revision"], place = read_long(source, place)
        applied["state"] = self._states[source[place]]
        place += 1
        if BRANCHES[source[place]]:
            place += 1
            applied["previous_state"] = self._states[source[place]]
        else:
            applied["previous_state"] = None
        place = _texts(source, place + 1, _SUBJECT, applied)
        applied["registered"] = BOOLEANS[source[place]]
        return applied, place + 1


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
        identity, subject, subject_end, kind, published, published_end, warnings = cuts
        return [
            head[:identity],
            header["event_id"],
            header["content_hash"],
            head[identity + 32 : subject],
            encode_text(header["subject"]),
            head[subject_end:kind],
            self._kinds[header["subject_kind"]],
            head[kind + 1 : published],
            write_long(header["received_at"]),
            encode_long(header["sequence"]),
            head[published_end:warnings],
            _texts_block(header["warnings"]),
            _NOT_APPLIED,
        ]


class AppliedWriter:
    """Writes the last field of a header, where it is not null.

    Args:
        header: the header's schema, its types written out; the order of enumerations is taken from it.

    """

    def __init__(self, header: Mapping[str, Any]) -> None:
        union = header["fields"][-1]["type"]
        types = {field["name"]: field["type"] for field in union[1]["fields"]}
        states = _symbols(_enumeration(header, "RecordState"))
        changes = _symbols(types["change"])
        branches: dict[str | None, bytes] = {None: b"\x00"}
        branches |= {state: b"\x02" + code for state, code in states.items()}
        self._changes = {change: b"\x02" + code for change, code in changes.items()}
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
            )
        )

    def write_new(self, state: str, version: int, name: str, district: str) -> bytes:
        """Return the field's bytes for the first revision of a record of a registered subject."""
        return b"".join(
            (
                self._new,
                write_long(version),
                self._first[state],
                _registered(name, district, True),
            )
        )


def _texts(source: bytes, place: int, names: tuple[str, ...], record: dict[str, Any]) -> int:
    """Read strings into `record`; return the place behind them. KeyError: written in another way than the plainest."""
    for name in names:
        size = source[place]
        place += 1
        if size > 127:  # noqa: PLR2004 -- the length goes on in a second byte
            more = source[place]
            place += 1
            if more > 127:  # noqa: PLR2004 -- and in a third
                raise KeyError(name)
            size = size & 127 | more << 7
        end = place + (size >> 1)
        if size & 1 or end > len(source):
            raise KeyError(name)
        record[name] = source[place:end].decode()
        place = end
    return place


def _one_block(source: bytes, place: int, warnings: list[str]) -> int:
    """Read an array that is one block of strings; return the place of the zero that ends it."""
    count, place = read_long(source, place)
    if count < 0:
        raise KeyError(place)
    held: dict[str, str] = {}
    for _ in range(count):
        place = _texts(source, place, _FIRST, held)
        warnings.append(held[_FIRST[0]])
    if source[place]:
        raise KeyError(place)
    return place


def _registered(name: str, district: str, registered: bool) -> bytes:  # noqa: FBT001 -- a field's value
    return b"".join((encode_text(name), encode_text(district), b"\x01" if registered else b"\x00"))


def _texts_block(texts: Sequence[str]) -> bytes:
    if not texts:
        return b"\x00"
    return b"".join((write_long(len(texts)), *map(encode_text, texts), b"\x00"))


def _symbols(enumeration: Mapping[str, Any]) -> dict[str, bytes]:
    return {symbol: write_long(place) for place, symbol in enumerate(enumeration["symbols"])}


def _enumeration(header: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    types = (field["type"] for field in header["fields"])
    return next(kind for kind in types if isinstance(kind, dict) and kind.get("name") == name)
