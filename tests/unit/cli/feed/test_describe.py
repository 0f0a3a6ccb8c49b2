"""`feed describe`: the AsyncAPI description of a feed says what its records are, and every place in it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastavro import parse_schema

from creditbus.services.cli import main as cli
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.fanout.app import grant_of
from creditbus.topics.declarations import declarations
from tests.english import english_in
from tests.examples import CATALOGUE
from tests.feed_records import READER, applied_event, feed_record, header_of

_AGENCY = "agency-xinda"
Describe = Callable[..., str]

#: What AsyncAPI 3.0.0 has in these objects; a reader refuses anything else.
_KNOWN = {
    "document": {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"},
    "server": {"host", "protocol", "bindings"},
    "channel": {"address", "description", "messages", "bindings"},
    "operation": {"action", "channel", "messages"},
    "message": {"name", "title", "description", "contentType", "headers", "payload", "bindings"},
}


@pytest.fixture
def describe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Describe:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "one.example:9092,two.example:9092")
    password = "p" * 8
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", f"http://reader:{password}@registry:8081")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("creditbus.services.cli.declared._take", lambda _: None)

    def describe(*options: str, subscriber: str = _AGENCY) -> str:
        assert cli.main(["feed", "describe", subscriber, *options]) == 0
        return capsys.readouterr().out

    return describe


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "$ref":
                yield one
            else:
                yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _at(document: Mapping[str, Any], reference: str) -> Any:
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_every_part_is_one_of_asyncapi_and_every_reference_leads_somewhere(describe: Describe) -> None:
    document = json.loads(describe("--json"))
    assert (document["asyncapi"], set(document)) == ("3.0.0", _KNOWN["document"])
    parts = {
        "server": document["servers"],
        "channel": document["channels"],
        "operation": document["operations"],
        "message": document["components"]["messages"],
    }
    for kind, found in parts.items():
        assert set().union(*found.values()) <= _KNOWN[kind], kind
    references = list(_references(document))
    assert len(references) > 20
    assert all(_at(document, one) for one in references)
    for operation in document["operations"].values():
        # of an operation's messages the standard wants those of its channel
        channel = operation["channel"]["$ref"]
        assert operation["action"] in {"send", "receive"}
        assert all(one["$ref"].startswith(f"{channel}/messages/") for one in operation["messages"])


def test_a_reader_finds_topics_servers_and_registry(describe: Describe) -> None:
    document = json.loads(describe("--json"))
    assert [one["host"] for one in document["servers"].values()] == ["one.example:9092", "two.example:9092"]
    (registry,) = {one["bindings"]["kafka"]["schemaRegistryUrl"] for one in document["servers"].values()}
    assert registry == "http://registry:8081"
    addresses = {name: one["address"] for name, one in document["channels"].items()}
    assert addresses == {
        "feed": "feed.agency-xinda",
        "manifests": "feed.agency-xinda.manifest",
        "receipts": "acks.agency-xinda",
    }
    topic = declarations().topics["feed.agency-xinda"]
    binding = document["channels"]["feed"]["bindings"]["kafka"]
    assert binding["partitions"] == topic.partitions
    assert binding["topicConfiguration"]["retention.ms"] == int(topic.config["retention.ms"])


def test_a_message_has_the_fields_that_the_grant_shows_and_no_others(describe: Describe) -> None:
    grant = grant_of(declarations().subscribers[_AGENCY])
    document = json.loads(describe("--json"))
    messages = document["components"]["messages"]
    assert set(messages) == {*grant.items, "Manifest", "Receipt"}
    for item in CATALOGUE:
        if item.id not in grant.items:
            continue
        payload = messages[item.id]["payload"]
        assert payload["schemaFormat"] == "application/vnd.apache.avro+json;version=1.9.0"
        projection = Projection(grant, item)
        header = header_of(item, RecordState.ACTIVE)
        content = dict.fromkeys(item.fields)
        event = applied_event(item, header, dict.fromkeys(projection.act), content)
        change = READER.read(event)
        assert change is not None
        made = feed_record(projection, change)
        parsed = parse_schema(payload["schema"], named_schemas={})
        assert parsed == parse_schema(projection.schema(), named_schemas={})
        if made is not None:
            assert set(made[1]["content"]) == {
                field["name"] for field in payload["schema"]["fields"][-1]["type"]["fields"]
            }
    withheld = messages["tax-credit-grade"]["description"]
    assert "A record whose value of XYDJ is not admitted is withheld as a whole." in withheld


def test_yaml_says_the_same_in_the_language_that_was_asked_for(describe: Describe) -> None:
    assert yaml.safe_load(describe("--lang", "en")) == json.loads(describe("--json"))
    chinese = yaml.safe_load(describe("--lang", "zh"))
    assert english_in(chinese["channels"]["receipts"]["description"]) == []
    assert chinese["components"]["messages"]["tax-credit-grade"]["title"] == "纳税信用等级"
    assert "&id" not in describe("--lang", "zh")


def test_nobody_has_no_feed(describe: Describe, capsys: pytest.CaptureFixture[str]) -> None:
    assert describe()
    assert cli.main(["feed", "describe", "nobody"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
