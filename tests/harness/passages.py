"""Counts what a run proves of views: how often they took records in and gave them up for a subject's district."""

from collections import Counter
from collections.abc import Sequence

from tests.harness.changes import Change, changes_of
from tests.harness.feeds import Grant, admits, grants_of_the_city
from tests.harness.recomputation import RecordId
from tests.harness.wire import Observer

__all__ = ["WAYS", "passages", "passages_of"]

WAYS = ("in", "out", "back")
"""A record came into a view that did not show it; it left one; it came into one that it had left."""

_ENTERPRISE = "ENTERPRISE"


def passages_of(observer: Observer) -> Counter[str]:
    """Count each of WAYS over all changes and the grants of the city."""
    return passages(changes_of(observer, lambda _: ()), grants_of_the_city())


def passages(changes: Sequence[Change], grants: Sequence[Grant]) -> Counter[str]:
    """Count each of WAYS over these changes, a record for each grant."""
    counts: Counter[str] = Counter()
    left: set[tuple[str, RecordId]] = set()
    for change in changes:
        if change.before is None:
            continue
        for grant in grants:
            of_it = grant["feed"], change.name
            was, now = (
                admits(grant, change.name.item, _ENTERPRISE, one.district) for one in (change.before[0], change.facts)
            )
            if was and not now:
                counts["out"] += 1
                left.add(of_it)
            elif now and not was:
                counts["in"] += 1
                counts["back"] += of_it in left
    return counts
