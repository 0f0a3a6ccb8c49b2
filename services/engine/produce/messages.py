"""Requests and answers of transactions of version 2, in aiokafka's terms of the protocol.

The version of Produce, TxnOffsetCommit and EndTxn is what tells the broker that the client speaks version 2: it then
adds partitions and groups to the transaction by itself, and every end of a transaction gives the producer a new epoch.
So no other version than these may ever be sent.
Source: Kafka 4.0, message definitions of the protocol (`clients/src/main/resources/common/message`); KIP-890, part 2.
"""

from __future__ import annotations

from io import BytesIO
from struct import Struct
from typing import Any, ClassVar, Self

from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import RequestHeader_v2, ResponseHeader_v0, ResponseHeader_v1
from aiokafka.protocol.struct import Struct as Message
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactBytes,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
    UnsignedVarInt32,
)

__all__ = [
    "NO_TAGS",
    "AddPartitionsToTxnAnswer",
    "AddPartitionsToTxnRequest",
    "ApiVersionsAnswer",
    "ApiVersionsRequest",
    "EndTxnAnswer",
    "EndTxnRequest",
    "ProduceAnswer",
    "ProduceRequest",
    "TxnOffsetCommitAnswer",
    "TxnOffsetCommitRequest",
    "finalized_features",
]

NO_TAGS: dict[int, bytes] = {}

_TEXT = CompactString()
_FINALIZED_FEATURES = 2
_ACKS_AND_TIMEOUT = Struct(">hi")
_PARTITION = Struct(">i")
_NOTHING = b"\x00"  # no tagged fields


class _Request(Message):
    """A request of one flexible version; aiokafka's connection asks it for all that it needs."""

    API_KEY: ClassVar[int]
    API_VERSION: ClassVar[int]
    RESPONSE_TYPE: ClassVar[type[Message]]

    def prepare(self, versions: dict[int, tuple[int, int]]) -> Self:
        """Return the request as it is sent to a broker of these versions.

        Raises:
            IncompatibleBrokerVersion: the broker has not this one.

        """
        low, high = versions.get(self.API_KEY, (0, -1))
        if not low <= self.API_VERSION <= high:
            raise IncompatibleBrokerVersion(f"{type(self).__name__} {self.API_VERSION} is not among {low} to {high}")
        return self

    def build_request_header(self, correlation_id: int, client_id: str) -> RequestHeader_v2:
        """Return the header of a flexible request."""
        return RequestHeader_v2(self, correlation_id=correlation_id, client_id=client_id)

    def parse_response_header(self, source: BytesIO) -> Message:
        """Read the header of a flexible answer."""
        return ResponseHeader_v1.decode(source)


class ApiVersionsAnswer(Message):
    """`tags` hold the features of the cluster."""

    SCHEMA = Schema(
        ("error_code", Int16),
        ("api_keys", CompactArray(("api_key", Int16), ("low", Int16), ("high", Int16), ("tags", TaggedFields))),
        ("throttle_time_ms", Int32),
        ("tags", TaggedFields),
    )


class ApiVersionsRequest(_Request):
    """What a broker can do; the version that names features, which aiokafka does not ask for."""

    API_KEY = 18
    API_VERSION = 3
    RESPONSE_TYPE = ApiVersionsAnswer
    SCHEMA = Schema(("software_name", _TEXT), ("software_version", _TEXT), ("tags", TaggedFields))

    def parse_response_header(self, source: BytesIO) -> Message:
        """Read the header; here alone it is not flexible, for its reader cannot know yet what the broker is."""
        return ResponseHeader_v0.decode(source)


_FEATURES = CompactArray(("name", _TEXT), ("high", Int16), ("low", Int16), ("tags", TaggedFields))


def finalized_features(answer: Any) -> dict[str, int]:
    """Return the features that all brokers of the cluster use, with their levels."""
    field = answer.tags.get(_FINALIZED_FEATURES)
    if field is None:
        return {}
    return {name: high for name, high, _, _ in _FEATURES.decode(BytesIO(field))}


class AddPartitionsToTxnAnswer(Message):
    """An error for each partition."""

    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(("partition", Int32), ("error_code", Int16), ("tags", TaggedFields)),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class AddPartitionsToTxnRequest(_Request):
    """Adds partitions of several leaders at once; the last version that is open to clients."""

    API_KEY = 24
    API_VERSION = 3
    RESPONSE_TYPE = AddPartitionsToTxnAnswer
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        (
            "topics",
            CompactArray(("topic", _TEXT), ("partitions", CompactArray(Int32)), ("tags", TaggedFields)),
        ),
        ("tags", TaggedFields),
    )


class ProduceAnswer(Message):
    """For each partition its error, and the offset of the first record."""

    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("error_code", Int16),
                        ("base_offset", Int64),
                        ("log_append_time_ms", Int64),
                        ("log_start_offset", Int64),
                        (
                            "record_errors",
                            CompactArray(("index", Int32), ("message", _TEXT), ("tags", TaggedFields)),
                        ),
                        ("error_message", _TEXT),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("throttle_time_ms", Int32),
        ("tags", TaggedFields),
    )


class ProduceRequest(_Request):
    """One record batch for each partition; the broker adds the partitions to the transaction."""

    API_KEY = 0
    API_VERSION = 12
    RESPONSE_TYPE = ProduceAnswer
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("acks", Int16),
        ("timeout_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(("partition", Int32), ("records", CompactBytes), ("tags", TaggedFields)),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )

    def encode(self) -> bytes:
        """Join the parts once; the schema would copy a batch for every level that it stands in."""
        return b"".join(self.pieces())

    def pieces(self) -> list[bytes | bytearray]:
        """Return what, joined, is the request: the record batches as they are, and what stands between them."""
        fields = self.__dict__
        pieces: list[bytes | bytearray] = []
        between = [_TEXT.encode(fields["transactional_id"])]
        between += (_ACKS_AND_TIMEOUT.pack(fields["acks"], fields["timeout_ms"]), _size(len(fields["topics"])))
        for topic, partitions, _ in fields["topics"]:
            between += (_TEXT.encode(topic), _size(len(partitions)))
            for number, records, _ in partitions:
                between += (_PARTITION.pack(number), _size(len(records)))
                pieces += (b"".join(between), records)
                between = [_NOTHING]
            between.append(_NOTHING)
        between.append(_NOTHING)
        return [*pieces, b"".join(between)]


def _size(count: int) -> bytes:
    """Return how many elements or bytes follow, as compact fields tell it."""
    encoded: bytes = UnsignedVarInt32.encode(count + 1)
    return encoded


class TxnOffsetCommitAnswer(Message):
    """An error for each partition."""

    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(("partition", Int32), ("error_code", Int16), ("tags", TaggedFields)),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class TxnOffsetCommitRequest(_Request):
    """Input offsets; the broker adds the group to the transaction."""

    API_KEY = 28
    API_VERSION = 5
    RESPONSE_TYPE = TxnOffsetCommitAnswer
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("group", _TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation", Int32),
        ("member", _TEXT),
        ("instance", _TEXT),
        (
            "topics",
            CompactArray(
                ("topic", _TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", _TEXT),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class EndTxnAnswer(Message):
    """The producer's id and epoch for the next transaction."""

    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("tags", TaggedFields),
    )


class EndTxnRequest(_Request):
    """Commit or abort."""

    API_KEY = 26
    API_VERSION = 5
    RESPONSE_TYPE = EndTxnAnswer
    SCHEMA = Schema(
        ("transactional_id", _TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("committed", Boolean),
        ("tags", TaggedFields),
    )
