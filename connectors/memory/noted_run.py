"""One run in a connector's memory: it judges each of its rows, then notes those that are about to be published."""

from collections.abc import Iterable, Iterator

from creditbus.connectors.memory import missing_records, row_notes
from creditbus.connectors.memory.database import SqliteDatabase
from creditbus.connectors.memory.judgement import Judgement
from creditbus.connectors.memory.reading_numbers import Numbering
from creditbus.connectors.memory.run_judge import RunJudge
from creditbus.connectors.memory.values import Comparison, Noted, Unsettled

__all__ = ["NotedRun"]


class NotedRun:
    """Made by `PublishedRows.begin` and `PublishedRows.look`."""

    def __init__(
        self,
        base: SqliteDatabase,
        numbering: Numbering,
        judge: RunJudge,
        *,
        place: int = 0,
        compared: bool = False,
    ) -> None:
        self.compared = compared
        """Its source says by their keys which rows are gone."""
        self._base = base
        self._numbering = numbering
        self._judge = judge
        self._place = place

    @classmethod
    def begun(
        cls,
        base: SqliteDatabase,
        run: str,
        rows: int,
        *,
        last: tuple[str, int] | None,
        whole: bool,
        all_again: bool,
        place: int,
        compared: bool,
    ) -> "NotedRun":
        """See `PublishedRows.begin`."""
        with base.transaction():
            # What an earlier process noted and Kafka does not know of was never said: were it taken for said, the row
            # would count as unchanged and stay wrong at every subscriber (docs/adr/0008).
            all_again |= last is not None and not _knows(base, last[0], whole=whole)
            if last is not None:
                base.execute("UPDATE runs SET published = ? WHERE of = ?", last[1], last[0])
            # where Kafka knows of no run it is another bus, or has lost the positions alone: nothing is in doubt
            known = "SELECT number, published FROM runs WHERE of <> ''"
            published = {} if last is None else dict(base.execute(known).fetchall())
            # what came back and was published is not taken back any more
            base.execute(
                "DELETE FROM taken WHERE at > 0 AND at <= (SELECT published FROM runs WHERE number = taken.run)"
            )
            numbering = Numbering.begun(base, run, rows, whole=whole)
            judge = RunJudge(base, numbering, published, all_again=all_again)
            return cls(base, numbering, judge, place=place, compared=compared)

    @classmethod
    def looked_at(cls, base: SqliteDatabase, *, whole: bool) -> "NotedRun":
        """See `PublishedRows.look`."""
        with base.failing():
            numbering = Numbering.looked_at(base, whole=whole)
            return cls(base, numbering, RunJudge(base, numbering, {}, all_again=False))

    def judge(self, row: Noted, at: int) -> tuple[Noted, Judgement]:
        """Say what a row is to its record, before it is noted; `at` is its number in the run."""
        return self._judge.judge(row, at)

    def note(self, rows: Iterable[Noted], read: int) -> None:
        """Note the rows of a chunk that is about to be published; with it, `read` rows of the run are read."""
        with self._base.transaction():
            run = self._numbering.current()
            self._judge.forget_outdated()
            row_notes.write(self._base, rows, run, self._judge.taken, keeps_events=self.compared)
            self._base.execute("UPDATE runs SET rows = max(rows, ?) WHERE number = ?", read, run)
            self._base.execute("UPDATE place SET last = max(last, ?)", self._place + read)
        self._judge.next_chunk()

    def confirm(self, rows: int) -> None:
        """Keep how many rows of the run are on the bus."""
        with self._base.transaction():
            self._base.execute("UPDATE runs SET published = max(published, ?) WHERE of = ?", rows, self._numbering.name)

    def unsettled(self, scope: str) -> Iterator[Unsettled]:
        """Yield the records of which this run, which has read all, misses a part: an act, or what counted of two rows.

        Args:
            scope: where something is missed, as `Vanished` of the configuration says.
        """
        return missing_records.unsettled(self._base, self._numbering.number, scope)

    def complete(self) -> Comparison | None:
        """End the run as complete and compare it; None where it is not whole, and so cannot be compared.

        What has vanished is not counted here: `PublishedRows.vanished` yields it.
        """
        with self._base.transaction():
            return row_notes.complete(self._base, self._numbering.number)


def _knows(base: SqliteDatabase, run: str, *, whole: bool) -> bool:
    """Say whether it remembers what a run published: that run, or for a whole source any reading to the end."""
    if base.one("SELECT 1 FROM runs WHERE run = ? OR of = ? LIMIT 1", run, run) is not None:
        return True
    ended = "SELECT 1 FROM runs WHERE complete = 1 LIMIT 1" if whole else "SELECT 1 FROM runs LIMIT 1"
    return base.one(ended) is not None
