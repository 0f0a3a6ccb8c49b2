"""Which faults happen, in which order: drawn from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from faults.kinds import KINDS

__all__ = ["schedule"]


def schedule(seed: int, faults: int, brokers: int, only: Sequence[str] = ()) -> list[str]:
    """Return the kinds of the faults in their order: each kind once where there is room, the rest by their weights.

    Args:
        seed: of the order.
        faults: how many.
        brokers: of the cluster; a kind that has no meaning there is left out.
        only: the kinds to draw from; all when empty.

    """
    random = Random(f"{seed}-{brokers}")
    fitting = [name for name, kind in KINDS.items() if brokers in kind.brokers and (not only or name in only)]
    if not fitting:
        return []
    drawn = random.sample(fitting, min(faults, len(fitting)))
    drawn += random.choices(fitting, [KINDS[name].weight for name in fitting], k=faults - len(drawn))
    random.shuffle(drawn)
    return drawn
