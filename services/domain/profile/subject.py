"""What the profile store knows of a subject besides its records."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.profile.consents import StandingConsent, decode_consents, encode_consents

__all__ = [
    "INDEX_CHUNK",
    "NOT_RESTATING",
    "Subject",
    "SubjectFacts",
    "Waiting",
    "decode_subject",
    "encode_subject",
    "is_registered",
    "may_hold",
    "nothing_waits",
    "pack_record_keys",
    "record_keys",
    "waiting_of",
]

#: Record keys that a summary holds itself; full chunks go to keys of their own, so that what an
#: event reads and writes does not grow with the number of the subject's records.
INDEX_CHUNK: Final = 16

#: Of a subject whose records were all emitted under its facts of now.
NOT_RESTATING: Final = -1

SubjectFacts = tuple[bytes, bytes, bool]
"""Registered name and district as UTF-8, and whether the subject is registered (creditbus.Facts in header.avsc)."""

#: In no UTF-8 text; a document number may well hold a line break.
_SEPARATOR: Final = b"\xff"
_KINDS: Final = tuple(SubjectKind)
_KIND_CODE: Final = {kind: code for code, kind in enumerate(_KINDS)}
# layout, registered, kind, version, records, first parked, next parked, held, district, name bytes
_META: Final = struct.Struct(">BBBQIIIIBH")
_LAYOUT: Final = 1
# after it, where records are still to be restated: the number of the next chunk
_RESTATING: Final = struct.Struct(">I")
_LAYOUT_RESTATING: Final = 2
# a layout has this bit where the subject has consents: their length comes after what the layout has besides, and they
# come after the name
_CONSENTED: Final = 0x10
# and this one where codes were the subject's that are so no more
_REIDENTIFIED: Final = 0x20
_CONSENTS: Final = struct.Struct(">I")
_WAITING: Final = struct.Struct(">III")
_WAITING_AT: Final = struct.calcsize(">BBBQI")
_WAITING_END: Final = _WAITING_AT + _WAITING.size
_REGISTERED_AT: Final = 1
_RECORDS_AT: Final = struct.calcsize(">BBBQ")
_NOTHING: Final = bytes(_WAITING.size)
#: As a summary writes the number of its records; the highest byte comes first, so bytes compare as numbers do.
_FULL_CHUNK: Final = INDEX_CHUNK.to_bytes(_WAITING_AT - _RECORDS_AT, "big")


class Subject:
    """Summary of one subject; mutable, because one batch changes it many times.

    `records` counts its records; the keys of the last `records % INDEX_CHUNK` are in `tail`, those
    before in full chunks. Parked events are numbered from `parked_from` up to (not including)
    `parked_to`; `held` counts the acts that wait for their record. `restating` is the number of the next chunk whose
    records are to be restated, the tail counting as the last chunk (NOT_RESTATING: there is none). District
    and registered name are kept as UTF-8, for most events pass them on unread. `consents` are those whose records are
    in force, also such as count from a later day on. `lost_codes` tells that its register rows named codes that they do
    not name any more (`keys.lost_codes_key`).
    """

    # no dataclass: its constructor would not be compiled
    __slots__ = (
        "consents",
        "district_utf8",
        "held",
        "kind",
        "lost_codes",
        "name_utf8",
        "parked_from",
        "parked_to",
        "records",
        "registered",
        "restating",
        "tail",
        "version",
    )

    def __init__(
        self,
        *,
        version: int = 0,
        registered: bool = False,
        kind: SubjectKind = SubjectKind.UNSTATED,
        records: int = 0,
        parked_from: int = 0,
        parked_to: int = 0,
        held: int = 0,
        district_utf8: bytes = b"",
        name_utf8: bytes = b"",
        tail: bytes = b"",
        restating: int = NOT_RESTATING,
        consents: tuple[StandingConsent, ...] = (),
        lost_codes: bool = False,
    ) -> None:
        self.version = version
        self.registered = registered
        self.kind = kind
        self.records = records
        self.parked_from = parked_from
        self.parked_to = parked_to
        self.held = held
        self.district_utf8 = district_utf8
        self.name_utf8 = name_utf8
        self.tail = tail
        self.restating = restating
        self.consents = consents
        self.lost_codes = lost_codes

    @property
    def facts(self) -> SubjectFacts:
        """What its records are emitted under."""
        return self.name_utf8, self.district_utf8, self.registered

    @property
    def name(self) -> str:
        """The registered name; empty where there is none."""
        return self.name_utf8.decode()

    @property
    def district(self) -> str:
        """The code of the registered district; empty where there is none."""
        return self.district_utf8.decode()

    def add_record(self, key: bytes) -> tuple[int, bytes] | None:
        """Count a new record; return number and content of the chunk that it filled, if it did."""
        self.records += 1
        self.tail = b"%b%b%b" % (self.tail, _SEPARATOR, key) if self.tail else key
        if self.records % INDEX_CHUNK:
            return None
        full, self.tail = self.tail, b""
        return self.records // INDEX_CHUNK - 1, full

    def __repr__(self) -> str:
        """Say nothing about the subject."""
        return f"<Subject version {self.version}, {self.records} records>"


class Waiting(NamedTuple):
    """What waits at a subject; see `Subject`."""

    parked_from: int
    parked_to: int
    held: int


def nothing_waits(value: bytes) -> bool:
    """Whether nothing waits at a subject, from the bytes of its summary: no event was ever parked, no act is held."""
    return value[_WAITING_AT:_WAITING_END] == _NOTHING


def is_registered(value: bytes | None) -> bool:
    """Whether a subject is registered, from the bytes of its summary; of none it is not."""
    return value is not None and value[_REGISTERED_AT] != 0


def may_hold(value: bytes | None, record: bytes) -> bool:
    """Whether a subject may have a record, from the bytes of its summary; False: it has none of this key.

    Its first records stand in the summary itself, so for most subjects the answer is exact, but for a key that is part
    of another one.
    """
    return value is not None and (value[_RECORDS_AT:_WAITING_AT] >= _FULL_CHUNK or record in value)


def waiting_of(value: bytes) -> Waiting:
    """Return what waits at a subject from the bytes of its summary, without decoding the rest."""
    return Waiting(*_WAITING.unpack_from(value, _WAITING_AT))


def record_keys(chunk: bytes) -> list[bytes]:
    """Return the record keys of a chunk or of a summary's tail."""
    return chunk.split(_SEPARATOR) if chunk else []


def pack_record_keys(keys: list[bytes]) -> bytes:
    """Return what `record_keys` reads."""
    return _SEPARATOR.join(keys)


def encode_subject(subject: Subject) -> bytes:
    """Return the bytes that the store holds; equal summaries have equal bytes."""
    district, name = subject.district_utf8, subject.name_utf8
    more = b"" if subject.restating < 0 else _RESTATING.pack(subject.restating)
    layout, consents = _LAYOUT_RESTATING if more else _LAYOUT, b""
    if subject.consents:
        layout |= _CONSENTED
        consents = encode_consents(subject.consents)
        more += _CONSENTS.pack(len(consents))
    if subject.lost_codes:
        layout |= _REIDENTIFIED
    head = _META.pack(
        layout,
        subject.registered,
        _KIND_CODE[subject.kind],
        subject.version,
        subject.records,
        subject.parked_from,
        subject.parked_to,
        subject.held,
        len(district),
        len(name),
    )
    return b"%b%b%b%b%b%b" % (head, more, district, name, consents, subject.tail)


def decode_subject(value: bytes) -> Subject:
    """Return the summary that `encode_subject` wrote.

    Raises:
        ValueError: the bytes have another layout.

    """
    layout, registered, kind, version, records, first, after, held, district, name = _META.unpack_from(value)
    start, restating, consented = _META.size, NOT_RESTATING, 0
    plain = layout & ~(_CONSENTED | _REIDENTIFIED)
    if plain == _LAYOUT_RESTATING:
        (restating,) = _RESTATING.unpack_from(value, start)
        start += _RESTATING.size
    elif plain != _LAYOUT:
        message = f"subject layout {layout}, this version reads {_LAYOUT} and {_LAYOUT_RESTATING}"
        raise ValueError(message)
    if layout & _CONSENTED:
        (consented,) = _CONSENTS.unpack_from(value, start)
        start += _CONSENTS.size
    name_start = start + district
    name_end = name_start + name
    tail_start = name_end + consented
    return Subject(
        version=version,
        registered=bool(registered),
        kind=_KINDS[kind],
        records=records,
        parked_from=first,
        parked_to=after,
        held=held,
        district_utf8=value[start:name_start],
        name_utf8=value[name_start:name_end],
        tail=value[tail_start:],
        restating=restating,
        consents=decode_consents(value[name_end:tail_start]) if consented else (),
        lost_codes=bool(layout & _REIDENTIFIED),
    )
