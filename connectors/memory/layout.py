"""The tables of a connector's memory, and how a file of an earlier version is brought to them."""

from collections.abc import Iterator

__all__ = ["NEWEST_LAYOUT", "statements"]

_FIRST = """
CREATE TABLE runs (number INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, whole INTEGER NOT NULL,
                   complete INTEGER NOT NULL);
CREATE TABLE contents (record BLOB NOT NULL, content BLOB NOT NULL, alike BLOB NOT NULL, file TEXT NOT NULL,
                       sheet TEXT NOT NULL, row INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                       event BLOB NOT NULL, PRIMARY KEY (record, content));
CREATE TABLE withdrawn (record BLOB PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
"""
# the order of readings, and rows with keys
_SECOND = """
ALTER TABLE runs ADD COLUMN of TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN published INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN act INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN time INTEGER;
ALTER TABLE contents ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TABLE keyed (record BLOB NOT NULL, key TEXT NOT NULL, content BLOB NOT NULL, act INTEGER NOT NULL,
                    last INTEGER NOT NULL, at INTEGER NOT NULL, since INTEGER NOT NULL,
                    PRIMARY KEY (record, key)) WITHOUT ROWID;
CREATE TABLE taken (record BLOB PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE place (last INTEGER NOT NULL);
INSERT INTO place VALUES (0);
"""
# what was published of rows with keys; of those that an earlier version published nothing is there
_THIRD = """
CREATE TABLE sent (record BLOB NOT NULL, key TEXT NOT NULL, alike BLOB NOT NULL, file TEXT NOT NULL,
                   sheet TEXT NOT NULL, row INTEGER NOT NULL, event BLOB NOT NULL, PRIMARY KEY (record, key));
CREATE INDEX keyed_key ON keyed (key, last, at);
"""
_LAYOUTS = (_FIRST, _SECOND, _THIRD)

NEWEST_LAYOUT = len(_LAYOUTS)
"""What `PRAGMA user_version` says of a file of this version; 0 of a new one."""


def statements(layout: int) -> Iterator[str]:
    """Yield the statements that bring a file of some layout to the newest one."""
    for script in _LAYOUTS[layout:]:
        yield from filter(str.strip, script.split(";"))
