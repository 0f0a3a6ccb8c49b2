"""What a department's own client wrote twice into a topic of ingest, distinguished from what the bus or a broker did.

A client with idempotence gives every record a number under its identity, and a broker takes each once. Where such a
client loses track, because a broker answered a later record before an earlier one was taken, it begins a new epoch and
sends all that is not acknowledged again, also what a broker has: librdkafka does so for every partition at once
(`rd_kafka_idemp_drain_epoch_bump`), and its users know only that the record is there. The bus has to book the second
copy as a duplicate.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from tests.harness.checker import DOUBLED, FOREIGN, Problem
from tests.harness.identities import Identity
from tests.harness.wire import Record

__all__ = ["doublings"]


def doublings(
    what: str,
    copies: Sequence[Record],
    identity: Callable[[Record], Identity | None],
    changing: Collection[tuple[str, int, int]],
) -> Iterator[Problem]:
    """Judge the copies of one event.

    Args:
        what: names it.
        copies: in the order of their topic, all in one partition.
        identity: of a record's producer; None where nobody knows.
        changing: topic, partition and offset of every received event from which a change was made.

    """
    told: set[Identity | None] = {identity(copies[0])}
    for copy in copies[1:]:
        place, other = (*copy.place, copy.offset), identity(copy)
        if place in changing:
            yield Problem(DOUBLED, 1, f"{what}: the copy at {place} was applied, not booked as a duplicate")
        elif other is None or other in told or None in told:
            yield Problem(DOUBLED, 1, f"{what}: a broker took the copy at {place} under the same number ({other})")
        else:
            yield Problem(FOREIGN, 1, f"{what}: its client sent the copy at {place} as {other}, before as {told}")
        told.add(other)
