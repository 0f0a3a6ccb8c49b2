"""The AsyncAPI 3.0 description of a feed, made from its grant: the same schemas that the feed's records are written in.

Sources: AsyncAPI 3.0.0; its Kafka bindings 0.5.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from creditbus.avro_schemas.catalogue_files import read_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.fanout.app import grant_of
from creditbus.services.subscriber import messages
from creditbus.topics.names import acks, feed, manifests
from creditbus.topics.parties import Subscriber
from creditbus.topics.text import Message, Text
from creditbus.topics.topic import Topic

__all__ = ["FeedPlace", "describe_feed"]

_VERSION: Final = "3.0.0"
_BINDING: Final = "0.5.0"
_AVRO: Final = "application/vnd.apache.avro+json;version=1.9.0"
_BINARY: Final = "application/vnd.apache.avro"
_JSON: Final = "application/json"
_RECEIPT: Final = "Receipt"
_MANIFEST: Final = "Manifest"


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where a feed is.

    Attributes:
        brokers: addresses of the Kafka brokers, as `host:port`.
        registry_url: of the schema registry, without a password.
        topics: declared ones, by name.
        version: number of the declaration on the bus; 0: it was never published.

    """

    brokers: Sequence[str]
    registry_url: str
    topics: Mapping[str, Topic]
    version: int


def describe_feed(subscriber: Subscriber, catalogue: Catalogue, place: FeedPlace) -> dict[str, Any]:
    """Return the document; a sentence in it is a `Text`, in both languages.

    Args:
        subscriber: whose feed it is, as declared.
        catalogue: holds the items of its grant.
        place: where it is.

    """
    grant = grant_of(subscriber)
    shown = {item: Projection(grant, catalogue.items[item]) for item in sorted(grant.items)}
    topics = {"feed": feed(subscriber.id), "manifests": manifests(subscriber.id), "receipts": acks(subscriber.id)}
    named = {"feed": list(shown), "manifests": [_MANIFEST], "receipts": [_RECEIPT]}
    return {
        "asyncapi": _VERSION,
        "id": f"urn:creditbus:{topics['feed']}",
        "info": {
            "title": topics["feed"],
            "version": str(place.version),
            "description": messages.FEED_OF(
                name=Text(subscriber.name.en, subscriber.name.zh),
                purpose=subscriber.purpose,
                legal_basis=subscriber.legal_basis,
                until=subscriber.valid_until.isoformat(),
            ),
        },
        "defaultContentType": _BINARY,
        "servers": {f"broker{number}": _server(host, place) for number, host in enumerate(place.brokers, 1)},
        "channels": {name: _channel(name, topic, named[name], place) for name, topic in topics.items()},
        "operations": {
            "receiveFeed": _operation("receive", "feed", named),
            "receiveManifests": _operation("receive", "manifests", named),
            "confirmRetraction": _operation("send", "receipts", named),
        },
        "components": {
            "messages": {
                **{item: _record(one) for item, one in shown.items()},
                _MANIFEST: _manifest(),
                _RECEIPT: _receipt(),
            }
        },
    }


def _server(host: str, place: FeedPlace) -> dict[str, Any]:
    binding = {"schemaRegistryUrl": place.registry_url, "schemaRegistryVendor": "confluent", "bindingVersion": _BINDING}
    return {"host": host, "protocol": "kafka", "bindings": {"kafka": binding}}


def _channel(name: str, topic: str, named: Sequence[str], place: FeedPlace) -> dict[str, Any]:
    declared = place.topics.get(topic)
    binding: dict[str, Any] = {"topic": topic}
    if declared is not None:
        binding["partitions"] = declared.partitions
        binding["topicConfiguration"] = _configuration(declared.config)
    return {
        "address": topic,
        "description": _CHANNELS[name](),
        "messages": {one: {"$ref": f"#/components/messages/{one}"} for one in named},
        "bindings": {"kafka": {**binding, "bindingVersion": _BINDING}},
    }


def _configuration(config: Mapping[str, str]) -> dict[str, Any]:
    """Return of a topic's settings what a reader has to know."""
    found: dict[str, Any] = {}
    if "cleanup.policy" in config:
        found["cleanup.policy"] = config["cleanup.policy"].split(",")
    if "retention.ms" in config:
        found["retention.ms"] = int(config["retention.ms"])
    return found


def _operation(action: str, channel: str, named: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{one}"} for one in named[channel]],
    }


def _record(projection: Projection) -> dict[str, Any]:
    item, schema = projection.item, projection.schema()
    masked = ", ".join(field.code for field in projection.fields if field.mask is not None)
    partial = ", ".join(sorted(projection.partial))
    gate = projection.gate
    said = [
        messages.RECORD_SHOWS(),
        *([messages.MASKED_FIELDS(codes=masked)] if masked else []),
        *([messages.PARTIAL_FIELDS(codes=partial)] if partial else []),
        *([messages.WITHHELD_BY(code=gate.code)] if gate is not None else []),
    ]
    return {
        "name": f"{schema['namespace']}.{schema['name']}",
        "title": Text(item.title_en, item.title),
        "description": Text(" ".join(said), "".join(one.zh for one in said)),
        **_avro(schema, messages.RECORD_KEY()),
    }


def _receipt() -> dict[str, Any]:
    schema = dict(read_schema("receipt.avsc"))
    return {"name": f"{schema['namespace']}.{schema['name']}", **_avro(schema, messages.RECEIPT_KEY())}


def _avro(schema: Mapping[str, Any], key: Text) -> dict[str, Any]:
    return {
        "contentType": _BINARY,
        "headers": _no_headers(),
        "payload": {"schemaFormat": _AVRO, "schema": dict(schema)},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": key},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "RecordNameStrategy",
                "bindingVersion": _BINDING,
            }
        },
    }


def _manifest() -> dict[str, Any]:
    numbers, texts = ("format", "number", "made_ms"), ("feed", "suite", "root", "checkpoint")
    properties = {
        **{name: {"type": "integer"} for name in numbers},
        **{name: {"type": "string"} for name in texts},
        "partitions": {"type": "array", "items": {"type": "object"}},
    }
    return {
        "name": _MANIFEST,
        "description": messages.MANIFEST_SAYS(),
        "contentType": _JSON,
        "headers": _no_headers(),
        "payload": {"type": "object", "required": sorted(properties), "properties": properties},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": messages.MANIFEST_KEY()}, "bindingVersion": _BINDING}
        },
    }


def _no_headers() -> dict[str, Any]:
    return {"type": "object", "maxProperties": 0, "description": messages.NO_HEADERS()}


_CHANNELS: Final[Mapping[str, Message]] = {
    "feed": messages.FEED_CHANNEL,
    "manifests": messages.MANIFESTS_CHANNEL,
    "receipts": messages.RECEIPTS_CHANNEL,
}
