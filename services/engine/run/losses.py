"""Books what a stage can never read, in one transaction with the positions after it: exactly once, through kills."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from creditbus.services.domain.ledger import Outcome
from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.run.lane import Entries, Lane
from creditbus.services.engine.run.runtime import Finish
from creditbus.services.engine.run.start_offset import StartOffset
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.stage.output import Output
from creditbus.topics.names import department_of

__all__ = ["settle_losses"]

logger = logging.getLogger(__name__)

_NO_EPOCH = 0


async def settle_losses(
    stage: Stage,
    lanes: Sequence[Lane],
    starts: Mapping[Partition, StartOffset],
    producer: TransactionalProducer,
    finish: Finish,
) -> None:
    """Book the losses of some lanes, and commit that they go on after them; nothing is done where there are none.

    Before the transaction is committed the lanes stand where they stood, and whoever acquires them next finds the same
    losses, or more; after it there is nothing left to be found.

    Args:
        stage: whose lanes they are.
        lanes: restored.
        starts: where they go on.
        producer: fenced.
        finish: adds the ledger's record to an output.

    Raises:
        FencedError, KafkaError, TimeoutError: acquire the lanes again.

    """
    lost = {place: start for place, start in starts.items() if start.expired or start.recreated}
    if not lost:
        return
    out = Output(lanes[0].number)
    for place, start in lost.items():
        department = department_of(place.topic)
        out.bookings.book_loss(department, place.topic, Outcome.EXPIRED_UNREAD, start.expired)
        out.bookings.book_loss(department, place.topic, Outcome.TOPIC_RECREATED, int(start.recreated))
    finish(out)
    written = [(lane, entries) for lane in lanes if (entries := _passed(lane, lost))]
    records = out.records | {lane.changelog: list(entries.items()) for lane, entries in written}
    # In one transaction with the positions: before it commits the next acquisition finds the same loss, after it there
    # is nothing to find. Of a loss that is only logged the ledger would say "balanced" (docs/adr/0028).
    ends = await producer.commit(records, {place: start.offset for place, start in lost.items()})
    for lane, entries in written:
        await lane.write(entries, ends[lane.changelog])
    for place, start in lost.items():
        _tell(stage.name, place, start)


def _passed(lane: Lane, lost: Mapping[Partition, StartOffset]) -> Entries:
    """Let a lane note that it stands after what it lost; nothing where its state is not its own."""
    batches = [
        Batch(place, [], start.offset, start.offset, _NO_EPOCH)
        for place, start in lost.items()
        if place.partition == lane.number
    ]
    return lane.computed({}, batches) if batches else {}


def _tell(stage: str, place: Partition, start: StartOffset) -> None:
    if start.recreated:
        metrics.RECREATED.labels(stage, place.topic).inc()
        logger.error(
            "%s/%d: %s was created again; what was unread of the one before nobody can tell; reading it from its start",
            stage,
            place.partition,
            place.topic,
        )
    if start.expired:
        metrics.EXPIRED_UNREAD.labels(stage, place.topic).inc(start.expired)
        logger.error(
            "%s/%d: %s lost at most %d records to retention before they were read; booked as expired_unread",
            stage,
            place.partition,
            place.topic,
            start.expired,
        )
