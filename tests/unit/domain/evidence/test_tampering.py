"""Whoever tampers with a feed or its manifests is found out, and what was done is named with its place."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from creditbus.services.domain.evidence.feed_record import value_hash
from creditbus.services.domain.evidence.findings import FeedFault, Finding
from creditbus.services.domain.evidence.manifest import Manifest
from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.primitives import encode_long
from tests.feed_evidence import Log, audited, key_named, made_log, next_of, signed

_KEY = key_named("credit.example")
_TRIALS = 200

#: Tampers, and returns which finding names it.
Tamper = Callable[[random.Random, Log, list[Manifest]], Finding]


def _case(chance: random.Random) -> tuple[Log, list[Manifest]]:
    """A feed all of whose records are signed, by one to four manifests."""
    log = made_log(chance)
    manifests: list[Manifest] = []
    ends = dict.fromkeys(log, 0)
    for last in [False] * chance.randint(0, 3) + [True]:
        ends = {one: len(log[one]) if last else chance.randint(ends[one], len(log[one])) for one in log}
        manifests.append(signed(next_of(log, ends, manifests[-1] if manifests else None), _KEY))
    return log, manifests


def _place(chance: random.Random, log: Log) -> tuple[int, int]:
    partition = chance.choice(list(log))
    return partition, chance.randrange(len(log[partition]))


def _one_byte(chance: random.Random, log: Log, _: list[Manifest]) -> Finding:
    partition, place = _place(chance, log)
    key, value = log[partition][place]
    changed = bytearray(value)
    changed[chance.randrange(len(changed))] ^= chance.randint(1, 255)
    log[partition][place] = (key, bytes(changed))
    return Finding(FeedFault.ALTERED, place + 1, place + 1, partition)


def _dropped(chance: random.Random, log: Log, _: list[Manifest]) -> Finding:
    partition, place = _place(chance, log)
    del log[partition][place]
    return Finding(FeedFault.GAP, place + 1, place + 1, partition)


def _swapped(chance: random.Random, log: Log, _: list[Manifest]) -> Finding:
    partition, place = _place(chance, log)
    other = chance.choice([one for one in range(len(log[partition])) if one != place])
    entries = log[partition]
    entries[place], entries[other] = entries[other], entries[place]
    return Finding(FeedFault.SWAPPED, min(place, other) + 1, max(place, other) + 1, partition)


def _forged(chance: random.Random, _: Log, manifests: list[Manifest]) -> Finding:
    """Something else is said under the old signature, consistent with itself or not."""
    place = chance.randrange(len(manifests))
    manifest = manifests[place]
    signature = manifest.note.rpartition("\n\n")[2]
    span = manifest.spans[0]
    forged = chance.choice(
        [
            replace(manifest, root=chance.randbytes(32)),
            replace(manifest, made_ms=manifest.made_ms + 1),
            replace(manifest, spans=(replace(span, last_hash=chance.randbytes(32)), *manifest.spans[1:])),
        ]
    )
    if chance.random() < 0.5:
        forged = replace(forged, note=f"{forged.checkpoint().text()}\n{signature}")
    manifests[place] = forged
    return Finding(FeedFault.MANIFEST_FORGED, manifest.number, manifest.number)


def _other_signer(chance: random.Random, _: Log, manifests: list[Manifest]) -> Finding:
    place = chance.randrange(len(manifests))
    # the same name may stand there: a name is not a key
    other = key_named(chance.choice(["credit.example", "credit.elsewhere"]), 2)
    manifests[place] = signed(manifests[place], other)
    number = manifests[place].number
    return Finding(FeedFault.MANIFEST_OTHER_SIGNER, number, number, signer=other.public.name)


def _bare(found: Finding) -> Finding:
    return replace(found, signer="") if found.fault is FeedFault.MANIFEST_FORGED else found


@pytest.mark.parametrize("tamper", [_one_byte, _dropped, _swapped, _forged, _other_signer])
def test_each_of_a_thousand_tamperings_is_named(tamper: Tamper) -> None:
    wrong = []
    for seed in range(_TRIALS):
        chance = random.Random(seed)
        log, manifests = _case(chance)
        assert audited(log, [one.document() for one in manifests], _KEY) == [], "nobody has tampered yet"
        expected = tamper(chance, log, manifests)
        found = audited(log, [one.document() for one in manifests], _KEY)
        if [_bare(one) for one in found] != [expected]:
            wrong.append((seed, expected, found))
    assert wrong == []


def test_records_in_another_order_are_named(chance: random.Random) -> None:
    log, manifests = _case(chance)
    log[1].insert(9, log[1].pop(3))
    found = audited(log, [one.document() for one in manifests], _KEY)
    assert found == [Finding(FeedFault.REORDERED, 4, 10, 1)]


def test_a_record_that_stands_there_twice_is_named(chance: random.Random) -> None:
    log, manifests = _case(chance)
    log[0].insert(8, log[0][2])
    found = audited(log, [one.document() for one in manifests], _KEY)
    assert found == [Finding(FeedFault.REPEATED, 3, 3, 0)]


def test_an_end_that_was_cut_off_is_a_gap(chance: random.Random) -> None:
    log, manifests = _case(chance)
    end = len(log[2])
    del log[2][-4:]
    found = audited(log, [one.document() for one in manifests], _KEY)
    assert found == [Finding(FeedFault.GAP, end - 3, end, 2)]


def test_a_key_that_was_changed_is_found_although_no_value_holds_it(chance: random.Random) -> None:
    log, manifests = _case(chance)
    log[2][-1] = (b"another subject's", log[2][-1][1])
    found = audited(log, [one.document() for one in manifests], _KEY)
    number = manifests[-1].number
    assert found == [Finding(FeedFault.OTHER_RECORDS, number, number, manifest=number)]


def test_a_chain_that_was_written_anew_does_not_end_as_signed(chance: random.Random) -> None:
    log, manifests = _case(chance)
    entries, previous = log[0], value_hash(log[0][3][1])
    for place in range(4, len(entries)):
        value = frame(7) + encode_long(place + 1) + previous + b"forged"
        previous = value_hash(value)
        entries[place] = (entries[place][0], value)
    found = audited(log, [one.document() for one in manifests], _KEY)
    assert found
    assert {one.fault for one in found} <= {FeedFault.ALTERED, FeedFault.OTHER_RECORDS}


def test_what_retention_deleted_is_told_and_is_no_fault(chance: random.Random) -> None:
    log, manifests = _case(chance)
    del log[0][:5]
    found = audited(log, [one.document() for one in manifests], _KEY, cut=[0])
    assert found == [Finding(FeedFault.EXPIRED, 1, 5, 0)]
    assert found[0].fault.harmless
    assert audited(log, [one.document() for one in manifests], _KEY) == [Finding(FeedFault.GAP, 1, 5, 0)]


def test_a_manifest_that_was_taken_away_is_missing(chance: random.Random) -> None:
    log = made_log(chance)
    ends = [{one: share * len(log[one]) // 3 for one in log} for share in (1, 2, 3)]
    manifests: list[Manifest] = []
    for one in ends:
        manifests.append(signed(next_of(log, one, manifests[-1] if manifests else None), _KEY))
    documents = [one.document() for one in manifests]
    assert audited(log, [documents[0], documents[2]], _KEY) == [Finding(FeedFault.MANIFEST_MISSING, 2, 2)]
    assert audited(log, [*documents, documents[1]], _KEY) == [Finding(FeedFault.MANIFEST_REPEATED, 2, 2)]
    assert audited(log, [documents[0], b"{}", documents[2]], _KEY) == [Finding(FeedFault.MANIFEST_UNREADABLE, 2, 2)]


def test_a_forged_manifest_does_not_stand_in_the_place_of_the_right_one(chance: random.Random) -> None:
    log, manifests = _case(chance)
    documents = [one.document() for one in manifests]
    forged = signed(manifests[-1], key_named("credit.elsewhere", 2)).document()
    number = manifests[-1].number
    found = audited(log, [*documents[:-1], forged, documents[-1]], _KEY)
    assert found == [Finding(FeedFault.MANIFEST_OTHER_SIGNER, number, number, signer="credit.elsewhere")]
    log[0].pop()
    found = audited(log, [*documents[:-1], forged, documents[-1]], _KEY)
    assert FeedFault.GAP in {one.fault for one in found}, "the right one is still held against the feed"


def test_the_manifest_of_another_feed_does_not_count(chance: random.Random) -> None:
    log, manifests = _case(chance)
    other = signed(replace(manifests[0], feed="feed.agency-xinda"), _KEY)
    found = audited(log, [other.document()], _KEY)
    assert [one.fault for one in found] == [FeedFault.MANIFEST_FORGED]


def test_a_manifest_says_no_more_than_was_signed(chance: random.Random) -> None:
    log, manifests = _case(chance)
    content = json.loads(manifests[0].document())
    content["remark"] = "all is well"
    document = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    assert [one.fault for one in audited(log, [document], _KEY)] == [FeedFault.MANIFEST_FORGED]


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)
