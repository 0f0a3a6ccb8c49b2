"""Which record a feed's value is about and whether it takes it away, read without decoding the value.

All feeds begin alike (`domain/feed/disclosure.py`): evidence, subject, record. A value of another layout, and one that
is not written in the plainest way, is left to fastavro.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from creditbus.services.domain.evidence.retraction import RETRACTING
from creditbus.services.domain.framed_avro import read_record
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import encode_text, past_text
from creditbus.services.subscriber.planning import key_of, takes_away

__all__ = ["HeadReader"]

_HASH_BYTES: Final = 32
_MORE: Final = 127
_LAYOUT: Final = (
    ("feed", ("feed_seq", "previous_hash")),
    ("subject", ("code", "name", "kind", "district", "registered", "version")),
    ("record", ("item", "authority", "authority_name", "document_no", "verb", "change", "revision", "state")),
)
_TAKES_AWAY: Final = frozenset(state.encode() for state in RETRACTING)


class HeadReader:
    """Reads the heads of values of one schema.

    Args:
        schema: parsed, of the values.

    """

    __slots__ = ("_plain", "_schema")

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._plain = _begins_as_known(schema)

    def read(self, value: bytes) -> tuple[bytes, bool]:
        """Return the key of a framed value's record, and whether the record is to be shown no more.

        A key is subject, item, authority and document number as Avro's strings, one after the other: each has its
        length before it, so that no two keys run into one.

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
        parts = (code, fields["record"]["item"], authority, document_no)
        return b"".join([encode_text(part) for part in parts]), takes_away(fields)


def _begins_as_known(schema: Mapping[str, Any]) -> bool:
    parts = {part["name"]: part["type"] for part in schema["fields"]}
    begun = [part["name"] for part in schema["fields"]][: len(_LAYOUT)]
    if begun != [part for part, _ in _LAYOUT]:
        return False
    return all(
        tuple(field["name"] for field in parts[part]["fields"])[: len(names)] == names for part, names in _LAYOUT
    )


def _head(value: bytes) -> tuple[bytes, bool]:
    # straight on: every record of a feed passes here
    code = _past_long(value, FRAME_BYTES) + _HASH_BYTES
    name = past_text(value, code)
    place = past_text(value, past_text(value, past_text(value, name)))  # name, kind, district
    item = _past_long(value, place + 1)  # registered, version
    authority_name = past_text(value, past_text(value, item))  # item, authority
    document_no = past_text(value, authority_name)
    verb = past_text(value, document_no)
    state = _past_long(value, past_text(value, past_text(value, verb)))  # verb, change, revision
    end = past_text(value, state)
    if end > len(value):
        raise IndexError(end)
    # a state is shorter than 64 bytes: its length takes one
    taken_away = value[state + 1 : end] in _TAKES_AWAY
    return b"".join([value[code:name], value[item:authority_name], value[document_no:verb]]), taken_away


def _past_long(value: bytes, place: int) -> int:
    while value[place] > _MORE:
        place += 1
    return place + 1
