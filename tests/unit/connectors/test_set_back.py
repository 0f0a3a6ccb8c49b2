"""A value that is changed by mistake and set back is a change, at every kind of source that tells its present state."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from creditbus.connectors.withdraw.proposals import proposals
from creditbus.connectors.withdraw.withdrawals import withdraw
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import RecordState
from tests.harness.memory_bus import Killed, MemoryBus
from tests.harness.offices import KINDS, SQL, WHOLE, Office, Row, removal, row
from tests.harness.web import Web, running_web


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryBus:
    return MemoryBus("red-black-list", tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with running_web() as found:
        yield found


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path, bus: MemoryBus, web: Web) -> Office:
    return Office(getattr(request, "param", "csv"), tmp_path, bus, web)


every_kind = pytest.mark.parametrize("shop", KINDS, indirect=True)


@every_kind
def test_a_value_that_is_set_back_is_told(shop: Office) -> None:
    for name in ("示例甲", "示例乙", "示例甲", "示例乙", "示例甲"):
        shop.says(row(name), row("示例丙", 2))
        shop.run()
        assert shop.told() == name
    assert shop.bus.outcomes["Stale"] == 0
    assert shop.bus.outcomes["Moved"] == 6


@every_kind
@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("commit", [1, 2])
def test_it_is_told_once_whenever_the_process_dies(shop: Office, commit: int, *, committed: bool) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name), row("示例丙", 2))
        shop.run()
    shop.says(row(), row("示例丙", 2))
    shop.bus.kill_at(commit, committed=committed)
    try:
        shop.run()
    except Killed:
        shop.run()
    assert shop.told() == "示例甲"
    assert shop.bus.outcomes["Moved"] == 4


@every_kind
def test_what_died_unpublished_counts_as_not_said(shop: Office) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name))
        shop.run()
    shop.says(row("示例甲"))
    shop.bus.kill_at(1, committed=False)
    with pytest.raises(Killed):
        shop.run()
    # a row more, so that it is another file: the run that died is not gone on with
    shop.says(row("示例甲"), row("示例丙", 2))
    shop.run()
    assert (shop.told(), shop.told(2)) == ("示例甲", "示例丙")


@every_kind
def test_a_memory_that_is_lost_costs_no_change(shop: Office) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name))
        shop.run()
    for file in (shop.folder / "connectors").iterdir():
        file.unlink()
    shop.says(row("示例甲"))
    shop.run()
    assert shop.told() == "示例甲"


@every_kind
def test_positions_that_are_lost_cost_no_change(shop: Office) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name))
        shop.run()
    shop.bus.lose_positions()
    shop.says(row("示例甲"))
    shop.run()
    assert shop.told() == "示例甲"


@every_kind
def test_a_row_that_was_refused_in_between_may_be_set_back(shop: Office) -> None:
    for name in ("示例甲", "示例乙", "拒", "示例甲"):
        shop.says(row(name))
        shop.run()
    assert shop.told() == "示例甲"
    shop.says(row("拒"))
    shop.run()
    shop.says(row("示例乙"))
    shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("shop", [*WHOLE, "folder"], indirect=True)
def test_a_row_that_moved_may_be_set_back(shop: Office) -> None:
    shop.says(row("示例甲"), row("示例丙", 2))
    shop.run()
    shop.says(row("示例丙", 2), row("示例乙"))
    shop.run()
    shop.says(row("示例丁", 3), row("示例甲"), row("示例丙", 2))
    shop.run()
    assert shop.told() == "示例甲"


@every_kind
def test_a_source_that_is_sent_again_as_it_is_changes_nothing(shop: Office) -> None:
    shop.says(row("示例甲"), row("示例乙"), row("示例丙", 2))
    shop.run()
    moved = shop.bus.outcomes["Moved"]
    shop.says(row("示例甲"), row("示例乙"), row("示例丙", 2), row("示例丁", 3))
    shop.run()
    assert shop.bus.outcomes["Moved"] == moved + 1
    assert shop.told() == "示例乙"


@every_kind
def test_sent_again_on_demand_a_source_is_the_truth(shop: Office) -> None:
    shop.says(row("示例甲"))
    shop.run()
    other = Office("csv" if shop.kind == "jsonl" else "jsonl", shop.folder, shop.bus, id="other", tells="news")
    other.says(row("示例乙"))
    other.run()
    assert shop.told() == "示例乙"
    shop.run()
    if shop.kind not in {"folder", "staging"}:  # what was read there is gone, or marked as sent
        shop.run(resend=True)
        assert shop.told() == "示例甲"


@pytest.mark.parametrize("shop", WHOLE, indirect=True)
def test_a_row_that_stands_twice_is_sent_again_on_demand_at_its_first_place(shop: Office) -> None:
    """The first reading takes the repeated row for a repetition; sent again, the same rows mean the same."""
    shop.says(row("示例丁", 7), row("示例甲"), row("示例乙"), row("示例甲"), row("示例丙", 2), row("示例丁", 7))
    shop.run()
    assert shop.told() == "示例乙"
    moved = shop.bus.outcomes["Moved"]
    for _ in range(2):
        shop.run(resend=True)
        assert shop.told() == "示例乙"
        assert shop.bus.outcomes["Moved"] == moved


@pytest.mark.parametrize("shop", WHOLE, indirect=True)
def test_a_repetition_within_a_reading_is_not_a_later_word(shop: Office) -> None:
    shop.says(row("示例戊"), row("示例丙", 2))
    shop.run()
    shop.says(row("示例甲"), row("示例乙"), row("示例甲"), row("示例丙", 2))
    shop.run()
    assert shop.told() == "示例乙"
    for file in (shop.folder / "connectors").iterdir():
        file.unlink()
    shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shop", ["csv", "jsonl"], indirect=True)
def test_rows_that_stand_several_times_mean_the_same_however_often_they_are_read(shop: Office, seed: int) -> None:
    """What a record says is the content that came up last, whether read first, sent again or without a memory."""
    chance = random.Random(f"{shop.kind} repeated {seed}")
    said = [(f"示例{chance.choice('甲乙丙')}", number) for number in (1, 2, 3) for _ in range(chance.randint(1, 5))]
    chance.shuffle(said)
    # other rows between them: some stand in another chunk than the row that they repeat
    rows = [one for place, word in enumerate(said) for one in (row(*word), *_others(place, 200 * (seed % 2)))]
    last = [list(dict.fromkeys(one for one, at in said if at == number))[-1] for number in (1, 2, 3)]
    shop.says(*rows)
    for again in (False, True, True):
        shop.run(resend=again)
        assert [shop.told(number) for number in (1, 2, 3)] == last
    for file in (shop.folder / "connectors").iterdir():
        file.unlink()
    shop.run()
    assert [shop.told(number) for number in (1, 2, 3)] == last


def _others(place: int, count: int) -> list[Row]:
    return [row("示例丁", 1000 * (place + 1) + number) for number in range(count)]


def test_a_folder_of_deliveries_tells_news(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Office("folder", tmp_path, bus, tells="news")
    for name in ("示例甲", "示例乙", "示例甲"):
        shop.says(row(name), row("示例丙", int(shop.delivery()) + 10))
        shop.run()
    assert shop.told() == "示例乙"
    assert bus.marked == 0


def test_a_file_that_tells_news_changes_nothing_when_an_old_one_is_put_back(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Office("csv", tmp_path, bus, tells="news")
    for name in ("示例甲", "示例乙", "示例甲"):
        shop.says(row(name))
        shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("shop", [*WHOLE, "watermark", "compare"], indirect=True)
def test_an_old_row_with_a_time_does_not_count_when_it_is_mended(shop: Office) -> None:
    shop.configured(overrides={"header": {"source_time": ["更新时间"]}})
    new = row("示例乙", 更新时间="2026-05-02 00:00:00")
    shop.says(new, row("示例甲", 更新时间="2026-05-01 00:00:00"))
    shop.run()
    assert shop.told() == "示例乙"
    shop.says(new, row("示例丁", 更新时间="2026-05-01 00:00:00"))
    shop.run()
    assert shop.told() == "示例乙"
    shop.says(row("示例戊", 更新时间="2026-05-03 00:00:00"), row("示例丁", 更新时间="2026-05-01 00:00:00"))
    shop.run()
    assert shop.told() == "示例戊"


@every_kind
def test_a_time_that_is_set_back_counts(shop: Office) -> None:
    shop.configured(overrides={"header": {"source_time": ["更新时间"]}})
    for name, day in (("示例甲", 2), ("示例乙", 1), ("示例甲", 2), ("示例丙", 9), ("示例甲", 2)):
        shop.says(row(name, 更新时间=f"2026-05-0{day} 00:00:00"))
        shop.run()
        assert shop.told() == name


@pytest.mark.parametrize("shop", WHOLE, indirect=True)
def test_of_two_rows_the_one_that_is_left_counts(shop: Office) -> None:
    shop.says(row("示例甲"), row("示例乙"))
    shop.run()
    assert shop.told() == "示例乙"
    shop.says(row("示例甲"))
    shop.run()
    assert shop.told() == "示例甲"
    shop.says(row("示例甲"), row("示例乙"))
    shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("shop", [*WHOLE, "watermark", "compare", "staging"], indirect=True)
def test_a_removal_that_is_taken_back_is_lifted(shop: Office) -> None:
    for again in range(2):
        shop.says(row())
        shop.run()
        assert shop.state() is RecordState.ACTIVE, again
        shop.says(removal())
        shop.run()
        assert shop.state() is RecordState.EXITED, again
    shop.says(row("示例乙"))
    shop.run()
    assert (shop.state(), shop.told()) == (RecordState.ACTIVE, "示例乙")


@pytest.mark.parametrize("shop", WHOLE, indirect=True)
def test_a_removal_beside_its_entry_stays_until_its_row_is_gone(shop: Office) -> None:
    shop.says(row(), removal())
    shop.run()
    assert shop.state() is RecordState.EXITED
    for name in ("示例乙", "示例甲"):
        shop.says(row(name), removal())
        shop.run()
        assert (shop.state(), shop.told()) == (RecordState.EXITED, name)
    shop.says(removal(), row("示例丙", 2), row())
    shop.run()
    assert shop.state() is RecordState.EXITED
    shop.says(row("示例丙", 2), row())
    shop.run()
    assert shop.state() is RecordState.ACTIVE


@pytest.mark.parametrize("shop", WHOLE, indirect=True)
@pytest.mark.parametrize("committed", [None, False, True])
@pytest.mark.parametrize("name", ["示例甲", "示例乙"])
def test_a_withdrawn_row_that_comes_back_is_there_again(shop: Office, name: str, *, committed: bool | None) -> None:
    for _ in range(2):
        shop.says(row(), row("示例丙", 2))
        shop.run()
        assert shop.state() is RecordState.ACTIVE
        shop.says(row("示例丙", 2))
        shop.run()
        [chosen] = [one.key for one in proposals(shop.connector, shop.bus.connection, datetime.now(UTC).date())]
        if committed is not None:
            shop.bus.kill_at(1, committed=committed)
            with pytest.raises(Killed):
                withdraw(shop.connector, shop.bus.connection, [chosen])
            if committed:
                shop.says(row(name), row("示例丙", 2))
                shop.run()
                assert (shop.state(), shop.told()) == (RecordState.ACTIVE, name)
                continue
        withdraw(shop.connector, shop.bus.connection, [chosen])
        assert shop.state() is RecordState.WITHDRAWN
        shop.says(row(name), row("示例丙", 2))
        shop.run()
        assert (shop.state(), shop.told()) == (RecordState.ACTIVE, name)


@pytest.mark.parametrize("committed", [None, False, True])
@pytest.mark.parametrize("name", ["示例甲", "示例乙"])
@pytest.mark.parametrize("shop", ["compare"], indirect=True)
def test_a_row_of_a_table_that_was_withdrawn_and_comes_back_is_there_again(
    shop: Office, name: str, *, committed: bool | None
) -> None:
    for _ in range(2):
        shop.says(row("示例丙", 2), row())
        shop.run()
        assert shop.state() is RecordState.ACTIVE
        shop.says(row("示例丙", 2))
        shop.run()
        if committed is not None:
            shop.bus.kill_at(1, committed=committed)
            with pytest.raises(Killed):
                withdraw_all(shop)
        if not committed:
            assert withdraw_all(shop) == 1
            assert shop.state() is RecordState.WITHDRAWN
        shop.says(row("示例丙", 2), row(name))
        shop.run()
        assert (shop.state(), shop.told()) == (RecordState.ACTIVE, name)


def test_a_row_that_came_back_lifts_a_withdrawal_once(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Office("compare", tmp_path, bus)
    shop.says(row("示例丙", 2), row())
    shop.run()
    shop.says(row("示例丙", 2))
    shop.run()
    withdraw_all(shop)
    shop.says(row("示例丙", 2), row(), removal(), row("示例丁", 3))
    shop.run()
    assert shop.state() is RecordState.EXITED
    shop.says(row("示例丙", 2), row("示例乙"), removal(), row("示例丁", 3))
    shop.run()
    assert (shop.state(), shop.told()) == (RecordState.EXITED, "示例乙")


def withdraw_all(shop: Office) -> int:
    keys = [one.key for one in proposals(shop.connector, shop.bus.connection, datetime.now(UTC).date())]
    return len(withdraw(shop.connector, shop.bus.connection, keys).records)


def test_a_withdrawal_says_its_own_date_and_reason(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Office("compare", tmp_path, bus)
    shop.says(row("示例丙", 2), row())
    shop.run()
    shop.says(row("示例丙", 2))
    shop.run()
    withdraw_all(shop)
    act = bus.last_act
    assert (act["reason"], act["decided_on"]) == ("来源数据中已无此记录", city_day(int(time.time() * 1000)).isoformat())
    assert act["decision_no"] is act["legal_basis"] is act["effective_from"] is None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_source_says_and_whenever_its_connector_dies_the_last_reading_is_what_all_have(
    kind: str, seed: int, tmp_path: Path, bus: MemoryBus, web: Web
) -> None:
    chance = random.Random(f"{kind} {seed}")
    shop = Office(kind, tmp_path, bus, web)
    said = ["示例甲"] * 3
    for _ in range(8):
        said = [chance.choice(["示例甲", "示例乙", "拒", one]) for one in said]
        rows = [row(name, number) for number, name in enumerate(said, start=1)]
        if kind not in SQL:  # where a row has no key, it may stand anywhere
            chance.shuffle(rows)
        shop.says(*rows)
        if chance.random() < 0.5:
            bus.kill_at(chance.randint(1, 2), committed=chance.random() < 0.5)
        again = chance.random() < 0.7
        try:
            shop.run(resend=chance.random() < 0.1 and kind not in {"folder", "staging"})
        except Killed:
            if again:
                shop.run()
    bus.kill_at(0, committed=False)
    shop.run()
    assert [shop.told(number) for number, name in enumerate(said, start=1) if name != "拒"] == [
        name for name in said if name != "拒"
    ]


def test_two_connectors_of_one_department_do_not_take_turns(tmp_path: Path, bus: MemoryBus) -> None:
    one, other = Office("csv", tmp_path, bus, id="one"), Office("jsonl", tmp_path, bus, id="other")
    one.says(row("示例甲"))
    other.says(row("示例乙"))
    one.run()
    other.run()
    moved = bus.outcomes["Moved"]
    for number in range(5, 9):
        one.says(row("示例甲"), row("示例丙", number))
        other.says(row("示例乙"), row("示例丁", 10 + number))
        one.run()
        other.run()
        assert one.told() == "示例乙"
    assert bus.outcomes["Moved"] == moved + 8
    one.says(row("示例戊"))
    one.run()
    one.says(row("示例甲"))
    one.run()
    assert one.told() == "示例甲"
