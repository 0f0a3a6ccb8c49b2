"""Lanes take up a version of what the city declares, between two records and exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.produce.transaction import TransactionalProducer
from creditbus.services.engine.stage.contract import Stage
from creditbus.topics.city.adoptions import Adoption
from creditbus.topics.names import ADOPTIONS

__all__ = ["adopt"]

_PLACE: Final = Partition(ADOPTIONS, 0)


async def adopt(stage: Stage, starts: Mapping[Partition, int], producer: TransactionalProducer) -> None:
    """Write down that lanes work by the stage's version from where they go on; nothing where none was published.

    Args:
        stage: works by `stage.declarations`.
        starts: where each partition of the lanes is read on.
        producer: fenced, so that no earlier owner of these lanes commits anything after this.

    Raises:
        FencedError, KafkaError, TimeoutError: acquire the lanes again.

    """
    if not stage.declarations:
        return
    offsets: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for place, offset in starts.items():
        offsets[place.partition][place.topic] = offset
    # Before the first record that it judges, never with it or after it: a lane that died between the two would leave a
    # judgement that no version stands for (docs/adr/0035).
    records = [Adoption(stage.name, lane, stage.declarations, read).encode() for lane, read in offsets.items()]
    await producer.commit({_PLACE: records}, {})
