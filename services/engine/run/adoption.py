"""Lanes take up a version of what the city declares, between two records and exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.run.lane import Lane
from creditbus.services.engine.stage.contract import Stage
from creditbus.topics.city.adoptions import Adoption
from creditbus.topics.names import ADOPTIONS

__all__ = ["adopt"]

_PLACE: Final = Partition(ADOPTIONS, 0)


async def adopt(
    stage: Stage, lanes: Iterable[Lane], starts: Mapping[Partition, int], producer: TransactionalProducer
) -> None:
    """Write down that lanes work by the stage's version from where they go on, and what it says to them there.

    Args:
        stage: works by `stage.declarations`; where none was published, none is written down.
        lanes: those that are taken up, restored.
        starts: where each partition of the lanes is read on.
        producer: fenced, so that no earlier owner of these lanes commits anything after this.

    Raises:
        FencedError, KafkaError, TimeoutError: acquire the lanes again.

    """
    written: dict[Partition, list[tuple[bytes | None, bytes | None]]] = {}
    if opening := stage.opening:
        for lane in lanes:
            message = opening.message((await lane.read([opening.key]))[opening.key])
            if message is not None:
                written[Partition(opening.topic, lane.number)] = [message]
    offsets: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for place, offset in starts.items():
        offsets[place.partition][place.topic] = offset
    # Before the first record that it judges, never with it or after it: a lane that died between the two would leave a
    # judgement that no version stands for (docs/adr/0035).
    if stage.declarations:
        written[_PLACE] = [
            Adoption(stage.name, lane, stage.declarations, read).encode() for lane, read in offsets.items()
        ]
    if written:
        await producer.commit(written, {})
