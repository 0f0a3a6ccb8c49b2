"""Brings a copy to a snapshot, from wherever it stands: a new one, and one that was away for too long."""

from __future__ import annotations

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Taken
from creditbus.services.subscriber.copy import Copy
from creditbus.services.subscriber.errors import BrokenFeedError, OldSnapshotError
from creditbus.services.subscriber.position import AT_BEGINNING
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.snapshot.opening import OpenSnapshot
from creditbus.topics.errors import ConfigurationError

__all__ = ["take_snapshot"]


async def take_snapshot(feed: FeedReader, copy: Copy, opened: OpenSnapshot, *, incomplete: bool) -> Taken:
    """Make a copy hold what a snapshot holds and no other rows, and go on where that ends.

    Args:
        feed: of both.
        copy: is open.
        opened: the snapshot.
        incomplete: take it although records expired before they were read for it.

    Raises:
        OldSnapshotError: what follows the snapshot in the feed has expired. The copy stays as it was.
        ConfigurationError: the snapshot is incomplete, older than the copy or not as its manifest says; or the copy
            refuses. The copy stays as it was.
        UserError: a server is away.

    """
    if not (opened.snapshot.complete or incomplete):
        raise ConfigurationError(opened.place, messages.SNAPSHOT_INCOMPLETE(), messages.TAKE_INCOMPLETE())
    before, after = copy.positions(), opened.positions()
    for partition, stands in sorted(before.items()):
        ends = after.get(partition, AT_BEGINNING)
        if ends.feed_seq < stands.feed_seq:
            # what was retracted since would be on show again
            problem = messages.COPY_AHEAD(partition=partition, copy=stands.feed_seq, snapshot=ends.feed_seq)
            raise ConfigurationError(opened.place, problem, messages.NEWER_SNAPSHOT())
    try:
        await feed.waiting(after)
    except BrokenFeedError as error:
        raise OldSnapshotError(error.found) from error
    # in this thread, so that Ctrl-C ends it: nothing else is under way
    return copy.replace(before, opened)
