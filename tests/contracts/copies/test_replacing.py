"""A copy is brought to a view on each database: exactly its rows, in one transaction, whatever stood there before."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from creditbus.services.subscriber.batch import Change
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.table_model import TableModel, table_model
from creditbus.topics.errors import ConfigurationError
from tests.feed_copies import MadeFeed, item_schema
from tests.harness.copied import Copied

_ITEMS = ("tax-credit-grade", "red-black-list")
_MODELS = {item: table_model(item, item_schema(item)) for item in _ITEMS}
_STATES = ["ACTIVE"] * 6 + ["EXITED", "WITHDRAWN", "EXPIRED"]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


class _Shown:
    """What a feed shows at this moment; it may break off."""

    def __init__(self, feed: MadeFeed, breaks_at: int | None = None) -> None:
        self._records = [fields for rows in feed.view().values() for fields in rows.values()]
        self._breaks_at = breaks_at
        self._ends = {lane: Position(log[-1].offset + 1, *_last(feed, lane)) for lane, log in feed.log.items()}

    def positions(self) -> Mapping[int, Position]:
        return self._ends

    def models(self) -> Sequence[TableModel]:
        return list(_MODELS.values())

    def chunks(self) -> Iterator[Sequence[Change]]:
        for place in range(0, len(self._records), 3):
            if self._breaks_at is not None and place >= self._breaks_at:
                raise ConfigurationError("view", "it breaks off")
            yield [self._change(fields) for fields in self._records[place : place + 3]]

    def _change(self, fields: dict[str, Any]) -> Change:
        moment = datetime.fromtimestamp(fields["record"]["received_at"] / 1000, UTC)
        decoded = fields | {"record": fields["record"] | {"received_at": moment}}
        return Change(_MODELS[fields["record"]["item"]], 0, 0, decoded)


def _last(feed: MadeFeed, lane: int) -> tuple[int, bytes]:
    value = feed.log[lane][-1].value or b""
    return feed.fields[lane][-1]["feed"]["feed_seq"], sha256(value).digest()


def _grow(feed: MadeFeed, chance: random.Random, count: int) -> None:
    for _ in range(count):
        lane = chance.randrange(feed.partitions)
        subject, document = f"S{lane}{chance.randrange(4)}", f"{chance.randrange(4)}号"
        feed.put(lane, subject, document, item=chance.choice(_ITEMS), state=chance.choice(_STATES))


def _held(tables: Copied) -> dict[tuple[str, ...], int]:
    return {(name, *key): row["feed_seq"] for name in tables.names() for key, row in tables.rows(name).items()}


def _wanted(feed: MadeFeed) -> dict[tuple[str, ...], int]:
    shown = feed.view().items()
    return {
        (item.replace("-", "_"), *key): fields["feed"]["feed_seq"]
        for item, rows in shown
        for key, fields in rows.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_it_holds_the_view_and_nothing_else_and_goes_on_there(seed: int, feed: MadeFeed, copied: Copied) -> None:
    chance = random.Random(seed)
    _grow(feed, chance, 50)
    copied.sync()
    before = _held(copied)
    _grow(feed, chance, 50)
    view = _Shown(feed)
    with copied.copy() as copy:
        taken = copy.replace(copy.positions(), view)
    assert _held(copied) == _wanted(feed)
    assert taken.written == len(_wanted(feed))
    assert taken.removed == len(before.keys() - _wanted(feed).keys())
    _grow(feed, chance, 20)
    assert copied.sync().records == 20
    assert _held(copied) == _wanted(feed)


def test_what_breaks_off_or_comes_too_late_changes_nothing(feed: MadeFeed, copied: Copied) -> None:
    chance = random.Random(5)
    _grow(feed, chance, 40)
    copied.sync()
    before = _held(copied)
    with copied.copy() as copy:
        stood = copy.positions()
    _grow(feed, chance, 40)
    with copied.copy() as copy, pytest.raises(ConfigurationError, match="it breaks off"):
        copy.replace(stood, _Shown(feed, breaks_at=6))
    assert _held(copied) == before
    view = _Shown(feed)
    _grow(feed, chance, 5)
    copied.sync()
    before = _held(copied)
    with copied.copy() as copy, pytest.raises(ConfigurationError, match="another sync is writing to this copy"):
        copy.replace(stood, view)
    assert _held(copied) == before
    with copied.copy() as copy:
        assert copy.positions()[0].feed_seq == len(feed.fields[0])


def test_a_character_that_a_database_cannot_keep_does_not_end_it(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S1", XYDJ="a\0b")
    feed.put(0, "S2")
    with copied.copy() as copy:
        assert copy.replace({}, _Shown(feed)).written == 2
    assert copied.rows("tax_credit_grade")["S1", "某税务局", "1号"]["xydj"] in {"a\0b", "a\ufffdb"}
