"""What one run did."""

from dataclasses import dataclass

from creditbus.connectors.contract import Tells
from creditbus.connectors.memory.values import Comparison
from creditbus.connectors.publish.progress import Progress, Totals
from creditbus.connectors.run.notices import Notices, Pair

__all__ = ["RunSummary", "summary_of"]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did."""

    connector: str
    run_id: str
    """The run that origins name; a run that resumes another keeps its id."""
    rows: int
    published: int
    unreadable: int
    withheld: int
    skipped: int
    """Rows that an earlier process had published already."""
    seconds: float
    complete: bool
    """The source is published as a whole."""
    withheld_rows: tuple[int, ...] = ()
    """Numbers of the first rows about natural persons: nothing of them was sent."""
    cleared: int = 0
    """Cells out of which a citizen's number was taken."""
    cleared_rows: tuple[int, ...] = ()
    unused_columns: tuple[str, ...] = ()
    """Columns of the rows read that the mapping neither uses nor leaves out on purpose."""
    one_key_two_rows: tuple[Pair, ...] = ()
    """The first pairs of rows of one decision about one party that say different things."""
    pairs: int = 0
    """Number of such pairs."""
    remarks: tuple[str, ...] = ()
    """What the source found in addition to its rows."""
    marked: int = 0
    """Rows of any run that are marked as refused in their source now; those of this run are seldom decided already."""
    tells: Tells = "news"
    """What its source tells: where it is news, a value that was set back is not taken for a change."""
    comparison: Comparison | None = None
    """Against what the connector had published before; only of a run that ends complete, and that was seen whole."""


def summary_of(state: Progress, before: Totals, notices: Notices, seconds: float) -> RunSummary:
    """Sum up a run; `before` are the totals that an earlier process of it left."""
    after = state.totals
    return RunSummary(
        connector=state.connector,
        run_id=state.run,
        rows=after.rows - before.rows,
        published=after.published - before.published,
        unreadable=after.unreadable - before.unreadable,
        withheld=after.withheld - before.withheld,
        skipped=before.rows,
        seconds=seconds,
        complete=state.complete,
        cleared=after.cleared - before.cleared,
        withheld_rows=tuple(notices.withheld),
        cleared_rows=tuple(notices.cleared),
        unused_columns=notices.unused(),
        one_key_two_rows=tuple(notices.pairs),
        pairs=notices.count_of_pairs,
    )
