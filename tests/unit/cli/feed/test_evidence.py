"""The evidence commands of `feed` on a feed in memory: what they say, and their exit codes."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError, KafkaTimeoutError, OffsetOutOfRangeError

from creditbus.services.cli.feed.verify import finding_line
from creditbus.services.domain.evidence.findings import FeedFault, Finding
from creditbus.services.domain.framed_avro import RecordWriter, parsed, read_record
from creditbus.services.engine.consume.topic_reader import Chunk
from creditbus.services.evidence.keys import create_key
from creditbus.services.evidence.reading import FeedLog
from tests.feed_evidence import CHANGE, TOPIC, Log, kept_log, key_named, next_of, signed
from tests.unit.cli.feed.conftest import SUBSCRIBER, FakeBus, Run

_NAME = SUBSCRIBER


def test_the_public_key_is_shown_and_the_secret_one_never(run: Run, tmp_path: Path) -> None:
    code, out, err = run("keys", "--create", "credit.example")
    secret = (tmp_path / "home" / "keys" / "manifests.key").read_text("utf-8").split("+", 4)[4].strip()
    assert code == 0
    assert out.startswith("credit.example+")
    assert secret not in out + err
    assert run("keys")[1] == out
    assert json.loads(run("keys", "--json")[1])["public"] == out.strip()
    code, _, err = run("keys", "--create", "credit.example")
    assert (code, "there is a signing key already" in err) == (2, True)


def test_a_feed_is_signed_verified_and_proved(run: Run, bus: FakeBus, tmp_path: Path) -> None:
    public = run("keys", "--create", "credit.example")[1].strip()
    count = sum(map(len, bus.log.values()))
    code, out, _ = run("manifest", _NAME)
    assert code == 0
    assert out.startswith(f"manifest 1 of feed.{_NAME}: {count} records  0: 1…{len(bus.log[0])}  ")
    assert run("manifest", _NAME)[1] == "there is no record since the last manifest\n"
    assert run("verify", _NAME) == (0, f"{count} records, 1 manifest as signed, 0 faults\n", "")
    code, out, _ = run("prove", _NAME, "1/4", "--to", "one.json")
    assert (code, out) == (0, "the proof of record 1/4 is in one.json\n")
    proved = f"proved: record 4 of feed.{_NAME}, partition 1, is in manifest 1, signed by credit.example\n"
    unread = (
        "its readable part (record) was not compared: the file holds no schema, as those of earlier versions; "
        "make the proof again with `creditbus feed prove`, or believe the bytes in `value` alone\n"
    )
    assert run("check-proof", "one.json", "--key", public) == (0, proved + unread, "")
    facts = json.loads(run("check-proof", "one.json", "--json")[1])
    assert (facts["proved"], facts["feed_seq"], facts["signer"]) == (True, 4, public)
    content = json.loads((tmp_path / "one.json").read_bytes())
    assert content["record"]["record"]["received_at"] == "2026-03-04T00:00:00+00:00"
    assert content["record"]["feed"]["previous_hash"] == "01"
    others = {value.hex() for number, entries in bus.log.items() for _, value in entries if number != 1}
    assert not any(other in json.dumps(content) for other in others)


def test_a_proof_that_proves_nothing_says_why(run: Run, tmp_path: Path) -> None:
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    run("prove", _NAME, "1/4", "--to", "one.json")
    file = tmp_path / "one.json"
    whole = json.loads(file.read_bytes())

    def said(**changed: Any) -> tuple[int, str]:
        file.write_text(json.dumps({**whole, **changed}), "utf-8")
        return run("check-proof", "one.json")[:2]

    assert said(partition=0) == (1, "not proved: the record is not among those that were signed\n")
    assert said(feed_seq=5) == (1, "not proved: the record says another number of itself\n")
    assert said(manifest={**whole["manifest"], "number": 2}) == (1, "not proved: the manifest is not what was signed\n")
    other = create_key(tmp_path / "other", "credit.example", "ed25519").public.text()
    assert said()[0] == 0
    code, out, _ = run("check-proof", "one.json", "--key", other)
    assert (code, out) == (1, "not proved: the manifest is not signed by a key that is trusted here\n")
    file.write_text("{}", "utf-8")
    assert run("check-proof", "one.json")[0] == 2
    assert run("check-proof", "no-such-file.json")[0] == 2


@pytest.fixture
def readable(run: Run, tmp_path: Path, bus: FakeBus, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A proof of a record that follows a schema."""
    value = RecordWriter(CHANGE, 7)(
        {"feed": {"feed_seq": 1, "previous_hash": bytes(32)}, "content": {"name": "示例晨曦", "grade": "A"}}
    )
    bus.log = {0: [(b"key", value)]}
    package = "creditbus.services.evidence.checking"
    monkeypatch.setattr(f"{package}.Schemas.written_with", lambda *_: CHANGE)
    monkeypatch.setattr(f"{package}.decoded", lambda *_: read_record(value, parsed(CHANGE)))
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    assert run("prove", _NAME, "0/1", "--to", "one.json")[0] == 0
    return tmp_path / "one.json"


def test_a_proof_says_that_its_readable_part_is_what_the_bytes_hold(run: Run, readable: Path) -> None:
    code, out, _ = run("check-proof", "one.json")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "its readable part (record) is what the bytes of the record hold, by the schema in the file (number 7" in out
    facts = json.loads(run("check-proof", "one.json", "--json")[1])
    assert (facts["proved"], facts["record"], len(facts["schema_sha256"])) == (True, "same", 64)
    assert json.loads(readable.read_bytes())["record"]["content"]["name"] == "示例晨曦"


def test_a_proof_whose_readable_part_was_forged_is_refused_by_the_name_of_the_field(run: Run, readable: Path) -> None:
    text = readable.read_text("utf-8")
    readable.write_text(text.replace("示例晨曦", "示例晨光"), "utf-8")
    said = "not proved: the readable part is not what the bytes of the record hold: record.content.name\n"
    assert run("check-proof", "one.json") == (1, said, "")
    facts = {"proved": False, "reason": "record-other-content", "field": "record.content.name"}
    assert json.loads(run("check-proof", "one.json", "--json")[1]) == facts
    assert "可读部分与该记录的字节不符：record.content.name" in run("check-proof", "one.json", lang="zh")[1]
    readable.write_text(text.replace('"size": 32', '"size": 33'), "utf-8")
    code, out, _ = run("check-proof", "one.json")
    assert (code, "do not follow the schema in the file" in out) == (1, True)


def test_a_file_with_what_is_no_part_of_a_proof_is_none(run: Run, readable: Path) -> None:
    text = readable.read_text("utf-8")
    twice = text.replace("{", '{"record": {"content": {"name": "示例晨光"}},', 1)
    beyond = text.replace("{", '{"company": "示例晨光",', 1)
    for forged in (twice, beyond):
        readable.write_text(forged, "utf-8")
        assert run("check-proof", "one.json")[0] == 2


@pytest.mark.parametrize(
    ("to", "place", "why"),
    [
        ("no-such-folder/one.json", "no-such-folder", "No such file or directory"),
        ("a-file/one.json", "a-file", "Not a directory"),
        ("a-folder", "a-folder", "Is a directory"),
        (".", ".", "Is a directory"),
        ("x" * 300, "x" * 300, "File name too long"),
    ],
)
def test_a_proof_that_cannot_be_written_is_refused_before_the_feed_is_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, place: str, why: str
) -> None:
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    monkeypatch.setattr("creditbus.services.evidence.checking.prove_record", None)
    code, out, err = run("prove", _NAME, "1/4", "--to", to)
    assert (code, out) == (2, "")
    advice = "choose another place, or let the account of this command read and write there"
    assert err == f"creditbus: {place}: {why}; {advice}\n"
    assert "请另选位置" in run("prove", _NAME, "1/4", "--to", to, lang="zh")[2]


def test_a_disk_that_refuses_a_proof_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    monkeypatch.setattr(Path, "write_bytes", refuse)
    code, _, err = run("prove", _NAME, "1/4", "--to", "one.json")
    assert (code, "one.json: No space left on device; choose another place" in err) == (2, True)


def test_a_proof_from_a_pipe_is_read_once(run: Run, tmp_path: Path) -> None:
    public = run("keys", "--create", "credit.example")[1].strip()
    run("manifest", _NAME)
    run("prove", _NAME, "1/4", "--to", "one.json")
    written = (tmp_path / "one.json").read_bytes()
    os.mkfifo(tmp_path / "pipe")
    writing = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(written,), daemon=True)
    writing.start()
    code, out, _ = run("check-proof", "pipe", "--key", public, "--json")
    writing.join()
    assert (code, json.loads(out)["value"]) == (0, json.loads(written)["value"])
    (tmp_path / "one.json").write_text(written.decode(), "utf-16")
    assert run("check-proof", "one.json", "--key", public, "--json")[:2] == (0, out), "JSON may be written so"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"partition": 1,\n  "feed_seq"', '"partition": -1,\n  "feed_seq"', 1),
        ('"partition": 1,\n  "feed_seq"', f'"partition": {1 << 70},\n  "feed_seq"', 1),
        ('"index": ', '"index": 1', 1),
        ('"index": ', '"index": 1e999, "was": ', 2),
        ('"number": 1', '"number": 1e999', 1),
        ("— credit", r"— \ud800credit", 1),
        ("{", "[" * 100_000, 2),
    ],
)
def test_a_proof_that_was_damaged_ends_in_one_line(run: Run, tmp_path: Path, old: str, new: str, code: int) -> None:
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    run("prove", _NAME, "1/4", "--to", "one.json")
    file = tmp_path / "one.json"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    found, out, err = run("check-proof", "one.json")
    assert (found, len((out + err).splitlines())) == (code, 1)


@pytest.mark.parametrize("command", ["verify", "prove", "manifest"])
@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OffsetOutOfRangeError({}), "partition 0: records expired before they were read; run the command again"),
        (KafkaTimeoutError(), "kafka: does not answer: KafkaTimeoutError"),
    ],
)
def test_a_feed_that_cannot_be_read_to_its_end_is_one_line(
    run: Run, bus: FakeBus, monkeypatch: pytest.MonkeyPatch, command: str, raised: KafkaError, said: str
) -> None:
    async def read(*_: object, **__: object) -> AsyncGenerator[Chunk]:
        yield Chunk([], {})
        raise raised

    async def opened(*_: object) -> FeedLog:
        return FeedLog(TOPIC, "", kept_log(bus.log).partitions)

    monkeypatch.setattr("creditbus.services.evidence.reading.read_partitions", read)
    for module in ("checking", "publishing"):
        monkeypatch.setattr(f"creditbus.services.evidence.{module}.open_log", opened)
    run("keys", "--create", "credit.example")
    code, out, err = run(command, _NAME, *(["0/2"] if command == "prove" else []))
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err


@pytest.mark.parametrize("wanted", ["1/" + "9" * 5000, "9" * 5000 + "/1", "1/٣", "1/99", "99/1"])
def test_a_place_that_no_feed_has_is_not_found(run: Run, wanted: str) -> None:
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    code, _, err = run("prove", _NAME, wanted)
    assert (code, "the feed holds no record of event" in err) == (2, True)


@pytest.mark.parametrize("fields", [{}, {"record": None}, {"record": {}}, {"record": "0123abcd"}])
def test_a_record_that_is_not_of_a_feed_is_not_the_one_that_is_meant(
    run: Run, bus: FakeBus, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    run("keys", "--create", "credit.example")
    bus.log = {0: [(b"key", b"\0\0\0\0\x07 0123abcd")]}
    monkeypatch.setattr("creditbus.services.evidence.checking.decoded", lambda *_: fields)
    code, _, err = run("prove", _NAME, "0123abcd")
    assert (code, "the feed holds no record of event 0123abcd" in err) == (2, True)


def test_an_event_is_found_by_its_id(run: Run, bus: FakeBus, tmp_path: Path) -> None:
    bus.log = {0: [*bus.log[0]]}
    last = next_of(bus.log, {0: len(bus.log[0])}, None).spans[0]
    value = b"\x00\x00\x00\x00\x07" + bytes([2 * (last.last + 1)]) + last.last_hash + b"0123abcd"
    bus.log[0].append((b"key", value))
    run("keys", "--create", "credit.example")
    code, _, err = run("prove", _NAME, "0123abcd")
    assert code == 2
    assert "no manifest holds this record yet; have the operators run `creditbus feed manifest" in err
    run("manifest", _NAME)
    assert run("prove", _NAME, "0123abcd")[0] == 0
    assert json.loads((tmp_path / "proof.json").read_bytes())["feed_seq"] == last.last + 1
    code, _, err = run("prove", _NAME, "ffff")
    assert (code, "the feed holds no record of event ffff" in err) == (2, True)


def test_a_feed_that_was_tampered_with_is_not_signed_and_not_proved(run: Run, bus: FakeBus) -> None:
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    key, value = bus.log[1][3]
    bus.log[1][3] = (key, value[:-1] + bytes([value[-1] ^ 1]))
    code, out, err = run("verify", _NAME)
    assert code == 1
    assert err == "creditbus: partition 1: number 4 was altered\n"
    assert out.endswith("0 manifests as signed, 1 fault\n")
    code, _, err = run("prove", _NAME, "0/2")
    assert (code, "the feed is not what manifest 1 was signed for" in err) == (2, True)
    bus.documents.clear()
    code, _, err = run("manifest", _NAME)
    assert (code, "the feed is not whole, and is not signed" in err) == (2, True)


def test_without_a_key_the_chain_is_checked_and_the_manifests_are_said_not_to_be(run: Run, bus: FakeBus) -> None:
    bus.documents = _documents(bus.log)
    code, out, err = run("verify", _NAME)
    assert code == 0
    assert "1 manifest not checked, for want of a public key" in err
    assert out.endswith("0 manifests as signed, 0 faults\n")
    code, _, err = run("prove", _NAME, "0/2")
    assert (code, "there is no public key to trust" in err) == (2, True)


def _documents(log: Log, name: str = "credit.elsewhere", seed: int = 9) -> list[bytes]:
    ends = {number: len(entries) for number, entries in log.items()}
    return [signed(next_of(log, ends, None), key_named(name, seed)).document()]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "is signed by credit.elsewhere"), ("zh", "由 credit.elsewhere 签名")]
)
def test_another_signer_is_named_in_both_languages(run: Run, bus: FakeBus, lang: str, said: str) -> None:
    run("keys", "--create", "credit.example")
    bus.documents = _documents(bus.log)
    code, _, err = run("verify", _NAME, lang=lang)
    assert code == 1
    assert said in err
    code, _, err = run("manifest", _NAME, lang=lang)
    assert code == 2, "nothing is signed on top of what is not believed"


def test_findings_are_given_to_a_program(run: Run, bus: FakeBus) -> None:
    run("keys", "--create", "credit.example")
    run("manifest", _NAME)
    del bus.log[2][5:7]
    code, out, err = run("verify", _NAME, "--json")
    facts = json.loads(out)
    assert (code, err) == (1, "")
    assert [(one["fault"], one["first"], one["last"], one["partition"]) for one in facts["findings"]] == [
        ("gap", 6, 7, 2)
    ]
    assert (facts["manifests"], facts["checked"]) == (1, [])


def test_a_key_is_changed_without_a_break_when_the_former_one_stays_trusted(
    run: Run, bus: FakeBus, tmp_path: Path
) -> None:
    former = run("keys", "--create", "credit.example")[1]
    whole = {number: list(entries) for number, entries in bus.log.items()}
    bus.log = {number: entries[:6] for number, entries in whole.items()}
    run("manifest", _NAME)
    bus.log = whole
    keys = tmp_path / "home" / "keys"
    (keys / "manifests.key").rename(tmp_path / "former.key")
    run("keys", "--create", "credit.example")
    assert run("manifest", _NAME)[0] == 2
    (keys / "trusted.pub").write_text(former, "utf-8")
    assert run("manifest", _NAME)[0] == 0
    assert run("verify", _NAME)[0] == 0


def test_every_fault_has_its_sentence() -> None:
    lines: Sequence[str] = [finding_line(replace(Finding(one, 3, 5), signer="x")) for one in FeedFault]
    assert len({*lines}) == len(FeedFault)
