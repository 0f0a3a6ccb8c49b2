"""`feed follow` over feeds that are not whole: what it says, and its exit code. Chains are made here, link by link."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson
import pytest

from creditbus.services.cli import main as cli
from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.cluster_metadata import TopicFacts
from creditbus.services.engine.consume.topic_reader import FROM_END, FROM_START, Chunk
from creditbus.services.local.bus import ConsumedRecord

TOPIC = "feed.district-wuchang"
_IN_A_SNAPSHOT = (
    "what has expired and still counts is in a snapshot: have the operators run "
    "`creditbus feed bootstrap district-wuchang --to FOLDER --base FOLDER`"
)
Log = dict[int, list[bytes]]


def _link(number: int, previous: bytes, said: str = "") -> bytes:
    fields = {
        "feed": {"feed_seq": number, "previous_hash": previous.hex()},
        "record": {
            "change": "NEW",
            "state": "ACTIVE",
            "item": "tax-credit-grade",
            "document_no": said or f"{number}号",
        },
        "subject": {"code": "91990106FC0090109B", "name": "示例", "version": 1},
        "content": {},
    }
    return orjson.dumps(fields)


def _chain(first: int, last: int, previous: bytes = bytes(32)) -> list[bytes]:
    links = []
    for number in range(first, last + 1):
        links.append(_link(number, previous))
        previous = sha256(links[-1]).digest()
    return links


def _decoded(_: object, record: Record) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(record.value or b"")
    fields["feed"]["previous_hash"] = bytes.fromhex(fields["feed"]["previous_hash"])
    return fields


class _Schemas:
    def __init__(self, _: object) -> None: ...

    async def learn(self, _: object) -> None: ...


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, int, str]]:
    """Follow a log whose partitions begin at these offsets; give exit code, records shown and what was said."""
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")

    def run(log: Log, *options: str, begins: Mapping[int, int] | None = None) -> tuple[int, int, str]:
        begins = begins or {}

        async def read(_: object, starts: Mapping[Partition, int], **__: object) -> AsyncIterator[Chunk]:
            assert set(starts.values()) == {FROM_START if "--from-start" in options else FROM_END}
            records: list[Record] = [
                ConsumedRecord(TOPIC, number, begins.get(number, 0) + place, 0, None, value)
                for number, values in log.items()
                for place, value in enumerate(values)
            ]
            yield Chunk(records, {})

        async def bounds(_: object, partitions: Sequence[Partition]) -> dict[Partition, tuple[int, int]]:
            return {
                one: (first, first + len(log[one.partition]))
                for one in partitions
                for first in (begins.get(one.partition, 0),)
            }

        module = "creditbus.services.query.feed"
        monkeypatch.setattr(f"{module}.topic_facts", lambda _: TopicFacts("", {}, {TOPIC: len(log)}))
        monkeypatch.setattr(f"{module}.read_partitions", read)
        monkeypatch.setattr(f"{module}.log_bounds", bounds)
        monkeypatch.setattr(f"{module}.Schemas", _Schemas)
        monkeypatch.setattr(f"{module}.decoded", _decoded)
        code = cli.main(["feed", "follow", "district-wuchang", "--until-end", "--lang", "en", *options])
        said = capsys.readouterr()
        return code, len(said.out.splitlines()), said.err

    return run


Follow = Callable[..., tuple[int, int, str]]


def test_a_whole_feed_is_good_from_its_start_and_from_anywhere(follow: Follow) -> None:
    whole = {0: _chain(1, 4), 1: [], 2: _chain(1, 1)}
    assert follow(whole, "--from-start") == (0, 5, "5 records, 0 breaks\n")
    assert follow({0: _chain(7, 9, b"any" * 10)}) == (0, 3, "3 records, 0 breaks\n")


def test_a_gap_is_missing(follow: Follow) -> None:
    links = _chain(1, 6)
    code, shown, said = follow({0: [*links[:2], *links[4:]]}, "--from-start")
    assert (code, shown) == (1, 4)
    assert said.splitlines() == ["creditbus: partition 0: 3 to 4 are missing", "4 records, 1 break"]
    code, _, said = follow({0: [*links[:2], *links[3:]]})
    assert code == 1
    assert "partition 0: number 3 is missing" in said


def test_a_changed_record_breaks_the_chain_behind_it(follow: Follow) -> None:
    links = _chain(1, 4)
    links[1] = _link(2, sha256(links[0]).digest(), "other")
    code, shown, said = follow({0: _chain(1, 2), 1: links}, "--from-start")
    assert (code, shown) == (1, 6)
    assert said.startswith(
        "creditbus: partition 1: number 3 does not follow from the one before it: one of the two was changed\n"
    )


def test_two_records_that_changed_places_are_noticed(follow: Follow) -> None:
    links = _chain(1, 4)
    code, shown, said = follow({0: [links[0], links[2], links[1], links[3]]})
    assert (code, shown) == (1, 4)
    assert said.splitlines()[:2] == [
        "creditbus: partition 0: number 2 is missing",
        "creditbus: partition 0: number 2 comes again, or out of order",
    ]


def test_a_record_that_comes_twice_is_noticed(follow: Follow) -> None:
    links = _chain(1, 2)
    code, _, said = follow({0: [*links, links[1]]})
    assert code == 1
    assert "number 2 comes again" in said


def test_what_expired_before_the_first_record_is_told_for_each_partition(follow: Follow) -> None:
    log = {0: _chain(491, 493, b"x" * 32), 1: _chain(1, 2), 2: [], 3: _chain(2, 2, b"y" * 32)}
    code, shown, said = follow(log, "--from-start", begins={0: 1200, 2: 7, 3: 2})
    assert (code, shown) == (1, 6)
    assert said.splitlines() == [
        "creditbus: partition 2: all records that it held have expired",
        _IN_A_SNAPSHOT,
        "creditbus: partition 0: 1 to 490 have expired",
        "creditbus: partition 3: number 1 has expired",
        "6 records, 3 breaks",
    ]
    assert follow(log, begins={0: 1200, 2: 7, 3: 2})[0] == 0, "who reads from now on asked for none of them"


def test_a_log_that_was_not_cut_and_does_not_begin_with_one_misses_its_beginning(follow: Follow) -> None:
    code, _, said = follow({0: _chain(3, 4, b"x" * 32)}, "--from-start")
    assert code == 1
    assert "partition 0: 1 to 2 are missing" in said


def test_a_first_record_that_names_one_before_it_is_no_beginning(follow: Follow) -> None:
    code, _, said = follow({0: _chain(1, 2, b"x" * 32)}, "--from-start")
    assert code == 1
    assert "number 1 does not follow" in said


def test_a_break_is_told_although_the_command_stops_after_some_records(follow: Follow) -> None:
    code, shown, said = follow({0: _chain(5, 9, b"x" * 32)}, "--from-start", "-n", "2", begins={0: 9})
    assert (code, shown) == (1, 2)
    assert "1 to 4 have expired" in said


def test_a_machine_is_told_of_breaks_in_its_own_form(follow: Follow) -> None:
    log = {0: _chain(5, 6, b"x" * 32), 1: []}
    code, shown, said = follow(log, "--from-start", "--json", begins={0: 9, 1: 4})
    assert (code, shown) == (1, 2)
    assert [json.loads(line) for line in said.splitlines()[:2]] == [
        {"break": "expired", "partition": 1, "first": 1, "last": None},
        {"break": "expired", "partition": 0, "first": 1, "last": 4},
    ]
