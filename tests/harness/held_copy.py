"""A copy of a feed in a database, held against the newest record of each key of the feed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.harness.changes import RETRACTED
from tests.harness.copied import CopiedTables, Key, flat
from tests.harness.problem import MISSING, SURPLUS, WRONG, Problem
from tests.harness.views import newest_records
from tests.harness.wire import Observer, digest

__all__ = ["copy_problems", "newest_rows"]

Rows = Mapping[str, Mapping[Key, bytes]]
"""A digest of each row, by table and key."""


def copy_problems(wanted: Rows, feed: str, url: str) -> Iterator[Problem]:
    """Say where the rows are not what must be there.

    Args:
        wanted: what must be.
        feed: topic of it.
        url: of the database.

    """
    tables = CopiedTables(url)
    names = tables.names()
    where = f"copy of {feed} in {tables.backend}"
    for name in sorted({*names, *wanted}):
        rows = {key: _row(row) for key, row in (tables.rows(name) if name in names else {}).items()}
        want = wanted.get(name, {})
        if missing := want.keys() - rows.keys():
            yield Problem(MISSING, len(missing), f"{where}, {name}: not there, for example {min(missing)}")
        if surplus := rows.keys() - want.keys():
            yield Problem(SURPLUS, len(surplus), f"{where}, {name}: there still, for example {min(surplus)}")
        if other := [key for key in rows.keys() & want.keys() if rows[key] != want[key]]:
            yield Problem(WRONG, len(other), f"{where}, {name}: not as in the feed, for example {min(other)}")


def newest_rows(observer: Observer, feed: str) -> Rows:
    """Return what a copy must hold: the newest record of each key, unless it takes back the one before."""
    found: defaultdict[str, dict[Key, bytes]] = defaultdict(dict)
    for seen in newest_records(observer, feed).values():
        fields = observer.wire.decode(seen.value)
        record = fields["record"]
        if record["state"] not in (*RETRACTED, "WITHHELD"):
            key = fields["subject"]["code"], record["authority"], record["document_no"]
            found[record["item"].replace("-", "_")][key] = _row(flat(fields))
    return found


def _row(row: dict[str, Any]) -> bytes:
    return digest({name: value for name, value in row.items() if value is not None})
