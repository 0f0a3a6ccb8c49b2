"""Counts what a run proves of views that change: what feeds got for it."""

from collections import Counter
from collections.abc import Collection

from tests.harness.wire import Observer

__all__ = ["SIGNS", "proof_of"]

SIGNS = ("restated", "withheld for DISTRICT", "withheld for GRANT", "withheld for VALUE", "publication ended")
"""Feed records that no event brought, or none alone."""


def proof_of(observer: Observer, feeds: Collection[str]) -> Counter[str]:
    """Count each of SIGNS over all records of feeds."""
    counts: Counter[str] = Counter()
    for feed in feeds:
        for seen in observer.of(feed):
            if seen.place.topic != feed:
                continue
            record = observer.wire.decode(seen.value)["record"]
            if record["withheld_for"] is not None:
                counts[f"withheld for {record['withheld_for']}"] += 1
            elif record["verb"] == "EXPIRE":
                counts["publication ended"] += 1
            elif record["change"] == "RESTATED":
                counts["restated"] += 1
    return counts
