"""One run in a connector's memory: it judges each of its rows, then notes those that are about to be published."""

from collections.abc import Iterable, Iterator

from creditbus.connectors.memory import missing_records, row_notes
from creditbus.connectors.memory.database import Database
from creditbus.connectors.memory.judgement import Judgement, Known, Word, judge_by_key, judge_by_reading
from creditbus.connectors.memory.reading_numbers import Numbering
from creditbus.connectors.memory.values import Comparison, Noted, Unsettled

__all__ = ["NotedRun"]

_MAX_LOOKED_AT = 50_000
"""Records of a look that are remembered without being noted in the file."""
_NEWEST = """
CREATE TEMP TABLE newest AS SELECT alike, max(at) AS at FROM contents
  WHERE last = (SELECT max(last) FROM contents) GROUP BY alike
"""


class NotedRun:
    """Made by `PublishedRows.begin` and `PublishedRows.look`."""

    def __init__(
        self,
        base: Database,
        numbering: Numbering,
        published: dict[int, int],
        *,
        all_again: bool,
        place: int = 0,
        compared: bool = False,
    ) -> None:
        self.compared = compared
        """Its source says by their keys which rows are gone."""
        self._base = base
        self._numbering = numbering
        self._published = published
        self._all_again = all_again
        self._place = place
        self._chunk: dict[bytes, list[Known]] = {}
        self._outdated: list[tuple[bytes, int]] = []
        self._taken = frozenset(record for (record,) in base.execute("SELECT record FROM taken"))

    @classmethod
    def begun(
        cls,
        base: Database,
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
            if all_again:
                base.execute("DROP TABLE IF EXISTS temp.newest")
                base.execute(_NEWEST)
                base.execute("CREATE INDEX temp.newest_alike ON newest (alike)")
            numbering = Numbering.begun(base, run, rows, whole=whole)
            return cls(base, numbering, published, all_again=all_again, place=place, compared=compared)

    @classmethod
    def looked_at(cls, base: Database, *, whole: bool) -> "NotedRun":
        """See `PublishedRows.look`."""
        with base.failing():
            return cls(base, Numbering.looked_at(base, whole=whole), {}, all_again=False)

    def judge(self, row: Noted, at: int) -> tuple[Noted, Judgement]:
        """Say what a row is to its record, before it is noted; `at` is its number in the run."""
        run = self._numbering.of(row)
        if self._numbering.looks and len(self._chunk) > _MAX_LOOKED_AT:
            self._chunk.clear()
        with self._base.failing():
            known = row_notes.known_of(self._base, row, self._published)
        earlier = self._chunk.setdefault(row.record, [])
        taken = row.record in self._taken
        known = [*(one for one in known if not any(_is_same(one, other) for other in earlier)), *earlier]
        word = Word(row.content, row.key, row.act, row.time is not None)
        if row.key:
            judged = judge_by_key(word, known, all_again=self._all_again, taken_back=taken)
        else:
            judged = judge_by_reading(word, known, run, all_again=self._all_again, taken_back=taken)
            self._outdate(row.record, known, run)
        same = next((one for one in known if one.content == row.content and one.key == row.key), None)
        if self._all_again and same is not None and not taken and self._is_followed(row, same, run):
            judged = Judgement(later=False)
        since = run if judged.later else 0 if same is None else same.since
        now = Known(row.content, row.key, row.act, run, at, since, doubtful=False)
        earlier[:] = [*(one for one in earlier if not _is_same(one, now)), now]
        return row._replace(at=at, since=since, reading=run), judged

    def note(self, rows: Iterable[Noted], read: int) -> None:
        """Note the rows of a chunk that is about to be published; with it so many rows of the run are read."""
        with self._base.transaction():
            run = self._numbering.current()
            self._base.executemany("DELETE FROM contents WHERE record = ? AND last < ?", self._outdated)
            row_notes.write(self._base, rows, run, self._taken, keeps_events=self.compared)
            self._base.execute("UPDATE runs SET rows = max(rows, ?) WHERE number = ?", read, run)
            self._base.execute("UPDATE place SET last = max(last, ?)", self._place + read)
        self._chunk, self._outdated = {}, []

    def confirm(self, rows: int) -> None:
        """Keep that so many rows of the run are on the bus."""
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

    def _is_followed(self, row: Noted, same: Known, run: int) -> bool:
        """Say whether another row of the same decision, under whatever code, came after this one in the last reading.

        Said again with a place of its own, this one would undo that one until its turn comes.
        """
        if row.key or same.doubtful or same.run == run:
            return False
        with self._base.failing():
            found = self._base.one("SELECT at FROM temp.newest WHERE alike = ?", row.alike)
        return found is not None and int(found[0]) > same.at

    def _outdate(self, record: bytes, known: list[Known], run: int) -> None:
        """Forget what a record said before its last reading, once it is met anew: said again, it is a change."""
        if not any(one.run == run for one in known):
            newest = max((one.run for one in known), default=0)
            if any(one.run < newest for one in known):
                self._outdated.append((record, newest))


def _is_same(one: Known, other: Known) -> bool:
    return one.key == other.key and (bool(one.key) or one.content == other.content)


def _knows(base: Database, run: str, *, whole: bool) -> bool:
    """Say whether it remembers what a run published: that run, or for a whole source any reading to the end."""
    if base.one("SELECT 1 FROM runs WHERE run = ? OR of = ? LIMIT 1", run, run) is not None:
        return True
    ended = "SELECT 1 FROM runs WHERE complete = 1 LIMIT 1" if whole else "SELECT 1 FROM runs LIMIT 1"
    return base.one(ended) is not None
