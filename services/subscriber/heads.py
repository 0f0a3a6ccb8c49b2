"""Which record a feed's value is about and whether it takes it away, read without decoding the value.

All feeds begin alike (`domain/feed/disclosure.py`): evidence, subject, record. A value of another layout, and one that
is not written in the plainest way, is left to fastavro.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from creditbus.services.domain.evidence.retraction import RETRACTING
from creditbus.services.domain.framed_avro import read_record
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import encode_long, past_text
from creditbus.services.subscriber.planning import key_of, takes_away

__all__ = ["KEY_BYTES", "Head", "HeadReader"]

#: Of the digest that stands for a key: two keys of a feed of 10^12 records share one with a probability of 10^-15.
KEY_BYTES: Final = 16

_HASH_BYTES: Final = 32
_MORE: Final = 127
_LAYOUT: Final = (
    ("feed", ("feed_seq", "previous_hash")),
    ("subject", ("code", "name", "kind", "district", "registered", "version")),
    ("record", ("item", "authority", "authority_name", "document_no", "verb", "change", "revision", "state")),
)
_TAKES_AWAY: Final = frozenset(state.encode() for state in RETRACTING)


class Head(NamedTuple):
    """What a feed's value says of its record.

    Attributes:
        key: digest of item, subject, authority and document number.
        taken_away: whether the record is to be shown no more.

    """

    key: bytes
    taken_away: bool


class HeadReader:
    """Reads the heads of values of one schema.

    Args:
        schema: parsed, of the values.

    """

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._plain = _begins_as_known(schema)

    def read(self, value: bytes) -> Head:
        """Return what a framed value says.

        Raises:
            UndecodableError: the bytes do not follow the schema.

        """
        if self._plain:
            try:
                return _head(value)
            except (KeyError, IndexError):
                pass  # damaged, or not in the plainest way: the decoder says which
        fields = read_record(value, self._schema)
        code, authority, document_no = key_of(fields)
        parts = (part.encode() for part in (code, fields["record"]["item"], authority, document_no))
        return Head(_digest(*(encode_long(len(part)) + part for part in parts)), takes_away(fields))


def _begins_as_known(schema: Mapping[str, Any]) -> bool:
    parts = {part["name"]: part["type"] for part in schema["fields"]}
    begun = [part["name"] for part in schema["fields"]][: len(_LAYOUT)]
    if begun != [part for part, _ in _LAYOUT]:
        return False
    return all(
        tuple(field["name"] for field in parts[part]["fields"])[: len(names)] == names for part, names in _LAYOUT
    )


def _head(value: bytes) -> Head:
    # straight on: every record of a feed passes here
    place = _past_long(value, FRAME_BYTES) + _HASH_BYTES
    start = place
    place = past_text(value, place)
    code = value[start:place]
    place = past_text(value, past_text(value, past_text(value, place)))  # name, kind, district
    place = _past_long(value, place + 1)  # registered, version
    start = place
    place = past_text(value, place)
    item = value[start:place]
    start = place
    place = past_text(value, place)
    authority = value[start:place]
    start = place = past_text(value, place)  # its name
    place = past_text(value, place)
    document_no = value[start:place]
    place = _past_long(value, past_text(value, past_text(value, place)))  # verb, change, revision
    end = past_text(value, place)
    if end > len(value):
        raise IndexError(end)
    # a state is shorter than 64 bytes: its length takes one
    return Head(_digest(code, item, authority, document_no), value[place + 1 : end] in _TAKES_AWAY)


def _past_long(value: bytes, place: int) -> int:
    while value[place] > _MORE:
        place += 1
    return place + 1


def _digest(*parts: bytes) -> bytes:
    """Return the digest of texts, each with its length before it, so that no two keys run into one."""
    return blake2b(b"".join(parts), digest_size=KEY_BYTES).digest()
