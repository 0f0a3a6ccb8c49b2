"""The check of a copy must find rows that are not there, that are there still, and that are as they were."""

from pathlib import Path
from typing import Any

import pytest

from tests.feed_copies import TOPIC, MadeFeed
from tests.harness.copied import CopiedTables
from tests.harness.held_copy import copy_problems, newest_rows
from tests.harness.problem import MISSING, SURPLUS, WRONG, Problem
from tests.harness.wire import Observer, Place, Record, Wire

_TABLE = "tax_credit_grade"


class MadeWire(Wire):
    """Knows what was put into a feed that a test has made."""

    def __init__(self, feed: MadeFeed) -> None:
        self._fields = {
            entry.value: fields
            for partition, entries in feed.log.items()
            for entry, fields in zip(entries, feed.fields[partition], strict=True)
        }

    def decode(self, value: bytes | None) -> dict[str, Any]:
        return self._fields[value]


def found(feed: MadeFeed, tables: CopiedTables) -> list[Problem]:
    observer = Observer(MadeWire(feed))
    for partition, entries in feed.log.items():
        place = Place(TOPIC, partition)
        keys = [
            "|".join((fields["subject"]["code"], fields["record"]["document_no"])) for fields in feed.fields[partition]
        ]
        observer.records[place] = [
            Record(place, one.offset, key.encode(), one.value) for key, one in zip(keys, entries, strict=True)
        ]
    return list(copy_problems(newest_rows(observer, TOPIC), TOPIC, tables.url))


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("SELECT 1", []),
        (f"DELETE FROM {_TABLE} WHERE subject_code = '甲'", [(MISSING, 2)]),
        (f"UPDATE {_TABLE} SET xydj = 'D' WHERE subject_code = '甲'", [(WRONG, 2)]),
        (f"UPDATE {_TABLE} SET subject_code = '丙' WHERE subject_code = '乙'", [(MISSING, 1), (SURPLUS, 1)]),
    ],
)
def test_what_is_wrong_in_a_copy_is_found(
    statement: str, kinds: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = MadeFeed()
    feed.put(0, "甲", XYDJ="A")
    feed.put(0, "甲", "2号")
    feed.put(1, "乙")
    feed.put(1, "乙", "2号")
    feed.put(1, "乙", "2号", state="WITHDRAWN")
    feed.serve(monkeypatch)
    tables = CopiedTables(f"sqlite:///{tmp_path}/copy.db")
    tables.sync()
    tables.run(statement)
    assert sorted((one.kind, one.cases) for one in found(feed, tables)) == kinds
