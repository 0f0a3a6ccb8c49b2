"""A feed of a working bus is signed, verified and proved by the commands; a forged manifest on its topic is named."""

import json
from pathlib import Path

import pytest
from confluent_kafka import Producer

from creditbus.services.cli import main as cli
from tests.feed_evidence import key_named
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_NAME = "agency-xinda"
_FEED = f"feed.{_NAME}"


def _publish(live: Observer, seed: int) -> int:
    """Send some traffic through all stages; return how many records the feed has then."""
    live.wire.publish(Traffic(seed, 60).messages(live.wire))
    live.settle()
    return len([record for record in live.of(_FEED) if record.place.topic == _FEED])


def test_a_feed_is_signed_again_and_again_and_each_record_can_be_proved(
    live: Observer, say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = _publish(live, 7)
    public = say("feed", "keys", "--create", "credit.example")["public"]
    first = say("feed", "manifest", _NAME)
    assert (first["number"], first["records"]) == (1, count)
    assert say("feed", "manifest", _NAME) is None, "there is nothing new"
    grown = _publish(live, 8)
    second = say("feed", "manifest", _NAME)
    assert (second["number"], second["records"]) == (2, grown - count)
    facts = say("feed", "verify", _NAME, "--key", public)
    assert (facts["records"], facts["checked"], facts["findings"]) == (grown, [1, 2], [])

    record = live.wire.decode(next(one.value for one in live.of(_FEED) if one.place.topic == _FEED))
    event = record["record"]["event_id"]
    proof = say("feed", "prove", _NAME, event, "--to", "one.json")
    assert proof["feed_seq"] >= 1
    shown = json.loads((tmp_path / "one.json").read_bytes())["record"]
    assert shown["record"]["event_id"] == event
    checked = say("feed", "check-proof", "one.json", "--key", public)
    assert (checked["proved"], checked["record"]) == (True, "same")

    producer = Producer({"bootstrap.servers": live.wire.bus.bootstrap_servers})
    note = key_named("credit.example", 2).note("creditbus/feed.agency-xinda/3\n0\n\n")
    forged = {**second, "number": 3, "checkpoint": note}
    producer.produce(f"{_FEED}.manifest", json.dumps(forged).encode(), b"3", partition=0)
    producer.flush(30)
    capsys.readouterr()
    assert cli.main(["feed", "verify", _NAME, "--key", public, "--lang", "en"]) == 1
    assert "creditbus: manifest 3 is forged: it is not what was signed" in capsys.readouterr().err
    assert cli.main(["feed", "manifest", _NAME]) == 2, "nothing is signed on top of it"
