"""The shared department files through connectors and a worker, row by row against their true outcomes."""

import asyncio
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy.embedded import Cluster
from creditbus.services.domain.reasons import Caution
from creditbus.services.query.profile import open_profiles
from creditbus.services.worker.city_day import DAY_VARIABLE
from tests.harness.checker import replay, stored
from tests.harness.department_files import FILES, Truth, Word, fates, ledger_of, send, truth
from tests.harness.wire import Observer
from tests.integration.bus.conftest import working_bus

ORACLE_FILES = [file for file in FILES if file.name != "legacy_codes.csv"]

Final = dict[tuple[str, ...], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Done:
    """What the files came to.

    Attributes:
        fates: what became of each row.
        ledger: its counts by file.
        final: the records.
        profiles: of the subjects that the true outcomes name.
        stores: for each lane what Redis holds and what its changelog says.
        resent: changes and feed records, before and after all files were sent again.

    """

    fates: dict[tuple[str, int], Word]
    ledger: dict[str, Counter[str]]
    final: Final
    profiles: dict[str, dict[str, Any]]
    stores: list[tuple[dict[bytes, bytes], dict[bytes, bytes]]]
    resent: tuple[list[int], list[int]]


@pytest.fixture(scope="module")
def oracle(shared_data: Path) -> Truth:
    """The true outcomes."""
    return truth(shared_data)


@pytest.fixture(scope="module")
def done(oracle: Truth, shared_data: Path, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The files published in their order, and then once more."""
    folder = tmp_path_factory.mktemp("files")
    with working_bus(cluster, folder) as observer:
        rows = send(observer, shared_data, folder, resend=False)
        words, ledger, records, lengths = fates(observer), ledger_of(observer), final(observer), _lengths(observer)
        stores = [
            (stored(observer, stage, number), replay(observer, topic, number))
            for stage, topic in (("profiles", "credit.records"), ("resolver", "credit.crosswalk"))
            for number in range(observer.partitions)
        ]
        profiles = asyncio.run(_profiles(observer, [subject["uscc"] for subject in oracle.subjects]))
        assert send(observer, shared_data, folder, resend=True) == rows
        return Done(words, ledger, records, profiles, stores, (lengths, _lengths(observer)))


def _lengths(observer: Observer) -> list[int]:
    return [len(observer.of("credit.changes")), len(observer.of("feed."))]


def final(observer: Observer) -> Final:
    """The last change of each record: its state, its revision and its content."""
    found: Final = {}
    for record in observer.of("credit.changes"):
        event = observer.wire.decode(record.value)
        header = event["header"]
        name = tuple(header[part] for part in ("subject", "item", "authority", "document_no"))
        before = found.get(name, (None, None, None))
        content = event["content"] if header["applied"]["change"] != "TRANSITION" else before[2]
        found[name] = (header["applied"]["state"], header["applied"]["revision"], content)
    return found


@pytest.mark.parametrize("name", [file.name for file in ORACLE_FILES])
def test_counts_are_the_true_ones(done: Done, oracle: Truth, name: str) -> None:
    want, have = oracle.counts[name], done.ledger[name]
    reasons = dict(want["rejected_by_primary_reason"])
    held = reasons.pop("REF_UNKNOWN_ORIGINAL", 0)
    assert have["received"] == want["rows"]
    assert (have["NEW"], have["AMENDED"], have["TRANSITION"]) == (
        want["accepted"],
        want["amendment"],
        want["transition"],
    )
    assert (have["duplicate"], have["stale"]) == (want["duplicate"], 0)
    assert (have["parked"], have["held"]) == (want["unresolved"], held)
    assert {reason: have[reason] for reason in reasons} == reasons
    assert have["rejected"] == sum(reasons.values())
    unsaid = Counter(
        caution
        for (file, row), word in oracle.rows.items()
        if file == name and word.outcome == "rejected" and done.fates[file, row].cautions is None
        for caution in word.cautions or ()
    )
    cautions = {caution: count - unsaid[caution] for caution, count in want["warnings"].items()}
    assert {caution: have[caution] for caution in cautions} == cautions
    assert have["caution"] == sum(cautions.values())
    assert have["normalised"] == want["normalised_rows"]


@pytest.mark.parametrize("name", [file.name for file in ORACLE_FILES])
def test_every_row_has_its_true_outcome(done: Done, oracle: Truth, name: str) -> None:
    rows = {row: word for (file, row), word in done.fates.items() if file == name}
    assert len(rows) == oracle.counts[name]["rows"]
    differing = {
        row: differences
        for row, have in rows.items()
        if (differences := _differences(oracle.rows.get((name, row), Word("accepted")), have))
    }
    assert differing == {}


def _differences(want: Word, have: Word) -> list[str]:
    compared = ["outcome", "reasons"]
    compared += ["cautions"] if have.cautions is not None else []
    compared += ["normalised"] if have.normalised is not None else []
    if want.document_no and have.outcome in {"accepted", "amendment", "transition"}:
        compared += ["document_no", "subject"]
    return [name for name in compared if getattr(want, name) != getattr(have, name)]


def test_profiles_hold_the_true_records(done: Done, oracle: Truth) -> None:
    items = {file.name: file.item for file in ORACLE_FILES}
    compared = 0
    for subject in oracle.subjects:
        want = {
            (items[record["file"]], record["document_no"], record["authority_code"]): (
                record["state"],
                record["revision"],
            )
            for record in subject["records"]
            if record["file"] in items
        }
        profile = done.profiles[subject["uscc"]]
        records = {
            (record["item"], record["document_no"], record["authority"]): record
            for record in profile["records"]
            if record["item"] in set(items.values()) - {"enterprise-registration"}
        }
        have = {name: (record["state"].lower(), record["revision"]) for name, record in records.items()}
        assert have == {name: (_on_the_day(state, records.get(name)), count) for name, (state, count) in want.items()}
        assert profile["name"] == subject["name"]
        compared += len(want)
    assert compared > len(oracle.subjects)


def _on_the_day(state: str, record: dict[str, Any] | None) -> str:
    """Return a true state, which says nothing of publications, as it is after the end that the record states."""
    until = None if record is None else record["content"].get("CF_GSJZQ")
    over = until is not None and until < os.environ[DAY_VARIABLE]
    return "expired" if over and state not in {"withdrawn", "repaired"} else state


async def _profiles(observer: Observer, codes: list[str]) -> dict[str, dict[str, Any]]:
    reader = await open_profiles(observer.wire.bus)
    try:
        found = {code: await reader.profile(code) for code in codes}
    finally:
        await reader.close()
    return {code: profile for code, profile in found.items() if profile is not None}


def test_the_store_is_the_replay_of_its_changelog(done: Done) -> None:
    for in_redis, replayed in done.stores:
        assert in_redis == replayed
    assert sum(len(replayed) for _, replayed in done.stores) > len(done.final)


def test_all_files_sent_again_change_nothing(done: Done) -> None:
    before, after = done.resent
    assert after == before
    assert all(before)


def test_the_register_may_come_last(done: Done, shared_data: Path, cluster: Cluster, tmp_path: Path) -> None:
    with working_bus(cluster, tmp_path) as observer:
        send(observer, shared_data, tmp_path, FILES[::-1], resend=False)
        have = final(observer)
        assert have.keys() == done.final.keys()
        ledger = ledger_of(observer)
    assert {name: (state, content) for name, (state, _, content) in have.items()} == {
        name: (state, content) for name, (state, _, content) in done.final.items()
    }
    # An event by an old code takes the longer way. Where a later one by the unified code overtakes it, it comes too
    # late: the record never held its content, so it counts one revision less; the event is stale, its duplicates too.
    overtaken = [name for name in have if have[name] != done.final[name]]
    assert all(have[name][1] == done.final[name][1] - 1 for name in overtaken)
    applied = [sum(counts["applied"] for counts in run.values()) for run in (done.ledger, ledger)]
    assert applied[0] - applied[1] == len(overtaken)
    assert {name: _unordered(counts) for name, counts in ledger.items()} == {
        name: _unordered(counts) for name, counts in done.ledger.items()
    }


def _unordered(counts: Counter[str]) -> Counter[str]:
    """What no order of arrival may change; whether a row's name is the registered one is known to later rows."""
    decided = ("applied", "duplicate", "stale")
    left_out = {*decided, "AMENDED", "caution", Caution.NAME_MISMATCH}
    rest = {name: count for name, count in counts.items() if name not in left_out}
    return +Counter({**rest, "decided": sum(counts[name] for name in decided)})
