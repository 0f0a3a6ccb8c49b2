"""The key of a feed's record."""

from __future__ import annotations

__all__ = ["feed_key"]


def feed_key(subject: bytes, item: bytes, authority: bytes, document_no: bytes) -> bytes:
    """Return the key under which every feed shows a record: `subject|item|authority|document number`, all UTF-8.

    The newest record of a key is what the feed shows of it, so whoever keeps that alone keeps the view.
    """
    return b"%b|%b|%b|%b" % (subject, item, authority, document_no)
