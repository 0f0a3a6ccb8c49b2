"""A copy holds the newest record of each key, exactly, on each database, whatever comes between two statements."""

from __future__ import annotations

import random
import threading
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiokafka.errors import OffsetOutOfRangeError

from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.topic_reader import Chunk
from creditbus.services.subscriber import reading
from creditbus.services.subscriber.batch import Batch
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.position import Move
from creditbus.services.subscriber.sql import row_writing
from creditbus.topics.errors import ConfigurationError
from tests.feed_copies import TOPIC, MadeFeed, item_schema
from tests.harness.copied import Copied, CopiedTables
from tests.harness.waiting import until

_GRADES = "tax_credit_grade"
_STATES = ["ACTIVE"] * 6 + ["DISPUTED", "EXITED", "WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


def _grow(feed: MadeFeed, chance: random.Random, count: int) -> None:
    for _ in range(count):
        lane = chance.randrange(feed.partitions)
        item = chance.choice(["tax-credit-grade", "red-black-list"])
        subject, document = f"S{lane}{chance.randrange(3)}", f"{chance.randrange(3)}号"
        feed.put(lane, subject, document, item=item, state=chance.choice(_STATES), PJND=str(chance.random()))


def test_a_row_holds_what_the_newest_record_says(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S1", XYDJ="A")
    feed.put(0, "S1", XYDJ="“乙”; DROP TABLE 𠮷 100%s :x", PJND=None)
    feed.put(1, "S2", "2号", item="red-black-list")
    done = copied.sync()
    assert (done.records, done.written, done.removed) == (3, 2, 0)
    assert copied.holds(feed.view())
    assert copied.rows(_GRADES)["S1", "某税务局", "1号"]["xydj"] == "“乙”; DROP TABLE 𠮷 100%s :x"


@pytest.mark.parametrize("state", ["WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"])
def test_a_retraction_takes_the_row_away_and_a_later_record_brings_it_back(
    state: str, feed: MadeFeed, copied: Copied
) -> None:
    feed.put(0, "S1")
    feed.put(0, "S1", "2号")
    copied.sync()
    feed.put(0, "S1", state=state)
    feed.put(0, "S3", state=state)
    assert copied.sync().removed == 2
    assert list(copied.rows(_GRADES)) == [("S1", "某税务局", "2号")]
    feed.put(0, "S1", XYDJ="C")
    copied.sync()
    assert copied.holds(feed.view())
    assert len(copied.rows(_GRADES)) == 2


def test_keys_are_compared_byte_by_byte(feed: MadeFeed, copied: Copied) -> None:
    for document in ("a号", "A号", "Ａ号", "a号 ", "á号", "号" * 190):
        feed.put(0, "S1", document)
    copied.sync()
    assert len(copied.rows(_GRADES)) == 6
    feed.put(0, "S1", "A号", state="WITHDRAWN")
    copied.sync()
    assert copied.holds(feed.view())
    assert len(copied.rows(_GRADES)) == 5


def test_random_feeds_in_many_runs_end_at_the_view(feed: MadeFeed, copied: Copied) -> None:
    chance = random.Random(11)
    for _ in range(6):
        _grow(feed, chance, 40)
        feed.chunk = chance.choice([1, 7, 100])
        copied.sync()
        assert copied.holds(feed.view())
    assert copied.sync().records == 0


def test_a_database_without_an_upsert_holds_the_same(
    feed: MadeFeed, tables: CopiedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_writing, "upsert", lambda *_: None)
    _grow(feed, random.Random(12), 60)
    tables.sync()
    assert tables.holds(feed.view())


def test_a_new_field_adds_a_column_and_one_that_is_gone_is_emptied(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S1", XYDJ="A", PJND="2018")
    feed.put(0, "S2", XYDJ="B", PJND="2018")
    copied.sync()
    wider = item_schema("tax-credit-grade", ("decided_on", "reason"), ("BZ_2", "XYDJ"))
    feed.put(0, "S1", schema=wider, XYDJ="C")
    feed.put(0, "S3", XYDJ="D", PJND="2019")
    copied.sync()
    row = copied.rows(_GRADES)["S1", "某税务局", "1号"]
    assert (row["bz_2"], row["act_reason"], row["xydj"], row["pjnd"]) == ("甲", "2024-01-01", "C", None)
    assert copied.holds(feed.view())
    # a process that was started after it, and the old version of the schema once more
    feed.put(0, "S1", PJND="2020")
    copied.sync()
    assert copied.rows(_GRADES)["S1", "某税务局", "1号"]["bz_2"] is None
    assert copied.holds(feed.view())


def test_columns_that_others_added_keep_their_values(feed: MadeFeed, tables: CopiedTables) -> None:
    feed.put(0, "S1")
    tables.sync()
    tables.run(f"ALTER TABLE {_GRADES} ADD remark VARCHAR(20)")
    tables.run(f"UPDATE {_GRADES} SET remark = 'seen'")
    feed.put(0, "S1", XYDJ="B")
    tables.sync()
    row = tables.rows(_GRADES)["S1", "某税务局", "1号"]
    assert (row["xydj"], row["remark"]) == ("B", "seen")


def test_tables_and_columns_say_what_they_are(feed: MadeFeed, tables: CopiedTables) -> None:
    if tables.backend == "sqlite":
        pytest.skip("SQLite has no comments")
    feed.put(0, "S1")
    tables.sync()
    feed.put(0, "S1", schema=item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ")))
    tables.sync()
    table, columns = tables.described(_GRADES)
    assert table == "tax-credit-grade的名称 (Title of tax-credit-grade). Purpose: 100% of it"
    assert (columns["xydj"], columns["bz"]) == ("字段XYDJ (Field XYDJ)", "字段BZ (Field BZ)")
    assert columns["record_document_no"] == "文书号 (Number of the document)"
    assert [name for name, said in columns.items() if not said] == []


def test_nothing_is_written_of_a_batch_that_fails_halfway(
    feed: MadeFeed, tables: CopiedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.put(0, "S1")
    tables.sync()
    feed.put(0, "S1", state="WITHDRAWN")
    feed.put(0, "S2")
    with monkeypatch.context() as patch:
        patch.setattr(row_writing, "upsert", lambda *_: "INSERT INTO nowhere VALUES (1)")
        with pytest.raises((ConfigurationError, Exception)):
            tables.sync()
    assert [key[0] for key in tables.rows(_GRADES)] == ["S1"]
    assert tables.sync().records == 2
    assert tables.holds(feed.view())


def test_a_second_sync_is_refused_and_writes_nothing(feed: MadeFeed, tables: CopiedTables) -> None:
    feed.chunk = 1
    for number in range(4):
        feed.put(0, f"S{number}")
    others: list[int] = []

    def other() -> None:
        until(lambda: tables.names() and tables.rows(_GRADES), "the first batch is there")
        others.append(tables.sync().records)

    def meanwhile() -> None:
        feed.after_chunk = None
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    feed.after_chunk = meanwhile
    with pytest.raises(ConfigurationError, match="another sync is writing to this copy"):
        tables.sync()
    assert others == [3]
    assert tables.holds(feed.view())


def test_a_second_sync_of_a_copy_that_has_begun_is_refused_too(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S0")
    copied.sync()
    feed.put(0, "S1")
    with copied.copy() as first:
        before = first.positions()[0]
    copied.sync()
    moves = {0: Move(before, before._replace(next_offset=99))}
    with copied.copy() as late, pytest.raises(ConfigurationError, match="run one `creditbus feed sync`"):
        late.take(Batch([], moves))
    assert copied.holds(feed.view())


def test_each_feed_has_a_database_of_its_own(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S1")
    copied.sync()
    with (
        pytest.raises(ConfigurationError, match=r"holds the copy of feed\.district-wuchang"),
        copied.copy("feed.other"),
    ):
        pass


def test_a_table_of_somebody_else_is_left_alone(feed: MadeFeed, tables: CopiedTables) -> None:
    tables.run(f"CREATE TABLE {_GRADES} (id INTEGER)")
    feed.put(0, "S1")
    with pytest.raises(ConfigurationError, match=f"table {_GRADES} is there and was not made by creditbus"):
        tables.sync()


@pytest.mark.parametrize("cut_to", [1, 3, 4])
def test_what_expired_unread_stops_it(cut_to: int, feed: MadeFeed, copied: Copied) -> None:
    for number in range(4):
        feed.put(0, f"S{number}")
        if not number:
            copied.sync()
    feed.expire(0, cut_to)
    if cut_to == 1:
        assert copied.sync().records == 3
        return
    with pytest.raises(BrokenFeedError) as caught:
        copied.sync()
    found = caught.value.found
    assert (found.kind, found.first, found.last) == (BreakKind.EXPIRED, 2, 3 if cut_to == 3 else None)
    assert len(copied.rows(_GRADES)) == 1


def test_retention_that_overtakes_the_reader_stops_it(
    feed: MadeFeed, tables: CopiedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def overtaken(*_: Any, **__: Any) -> AsyncGenerator[Chunk]:
        nothing: list[Chunk] = []
        for chunk in nothing:
            yield chunk
        raise OffsetOutOfRangeError({Partition(TOPIC, 1): 7})

    monkeypatch.setattr(reading, "read_partitions", overtaken)
    with pytest.raises(BrokenFeedError) as caught:
        tables.sync()
    assert caught.value.found == Break(1, BreakKind.EXPIRED, 1, None)
    assert feed.view() == {}


def test_a_feed_whose_beginning_expired_is_not_copied(feed: MadeFeed, copied: Copied) -> None:
    for number in range(3):
        feed.put(0, f"S{number}")
    feed.expire(0, 2)
    with pytest.raises(BrokenFeedError) as caught:
        copied.sync()
    assert (caught.value.found.kind, caught.value.found.last) == (BreakKind.EXPIRED, 2)
    assert copied.names() == []


@pytest.mark.parametrize(("harm", "kind"), [("drop", BreakKind.MISSING), ("change", BreakKind.CHANGED)])
def test_a_feed_that_is_not_whole_stops_it_before_that_place(
    harm: str, kind: BreakKind, feed: MadeFeed, copied: Copied
) -> None:
    for number in range(7):
        feed.put(0, f"S{number}")
    if harm == "drop":
        del feed.log[0][3]
    else:
        old = feed.log[0][3]
        feed.log[0][3] = old._replace(value=(old.value or b"").replace("示例S3".encode(), "示例S9".encode()))
    with pytest.raises(BrokenFeedError) as caught:
        copied.sync()
    assert caught.value.found.kind is kind
    assert set(copied.rows(_GRADES)) <= {(f"S{number}", "某税务局", "1号") for number in range(4)}
    with pytest.raises(BrokenFeedError):
        copied.sync()


def test_a_feed_that_ends_before_the_copy_is_another_one(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S1")
    copied.sync()
    feed.log[0].clear()
    feed._last.clear()
    with pytest.raises(ConfigurationError, match="the feed ends at 0: this is another bus"):
        copied.sync()


def test_values_stay_out_of_what_is_said(feed: MadeFeed, tables: CopiedTables) -> None:
    if tables.backend == "sqlite":
        pytest.skip("SQLite takes any value")
    feed.put(0, "S1", XYDJ="secret")
    tables.sync()
    narrow = "ALTER COLUMN xydj TYPE VARCHAR(3)" if tables.backend == "postgresql" else "MODIFY xydj VARCHAR(3)"
    tables.run(f"UPDATE {_GRADES} SET xydj = 'x'")
    tables.run(f"ALTER TABLE {_GRADES} {narrow}")
    feed.put(0, "S1", XYDJ="secret")
    with pytest.raises(ConfigurationError) as caught:
        tables.sync()
    assert "secret" not in str(caught.value)
    assert "22001" in str(caught.value)
