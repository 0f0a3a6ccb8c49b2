"""A copy of a feed in a database, held against the newest record of each key of the feed."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.harness.changes import RETRACTED
from tests.harness.copied import CopiedTables, Key, flat
from tests.harness.problem import MISSING, SURPLUS, WRONG, Problem
from tests.harness.wire import Observer, digest

__all__ = ["copy_problems"]


def copy_problems(observer: Observer, feed: str, url: str) -> Iterator[Problem]:
    """Say where the rows are not the newest records that are not retracted.

    Args:
        observer: has seen everything.
        feed: topic of it.
        url: of the database.

    """
    wanted = _newest(observer, feed)
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


def _newest(observer: Observer, feed: str) -> dict[str, dict[Key, bytes]]:
    """Return what must be there, by the name of its table."""
    found: defaultdict[str, dict[Key, bytes]] = defaultdict(dict)
    for seen in observer.of(feed):
        if seen.place.topic != feed:
            continue
        fields = observer.wire.decode(seen.value)
        record = fields["record"]
        rows = found[record["item"].replace("-", "_")]
        key = fields["subject"]["code"], record["authority"], record["document_no"]
        if record["state"] in (*RETRACTED, "WITHHELD"):
            rows.pop(key, None)
        else:
            rows[key] = _row(flat(fields))
    return found


def _row(row: dict[str, Any]) -> bytes:
    return digest({name: value for name, value in row.items() if value is not None})
