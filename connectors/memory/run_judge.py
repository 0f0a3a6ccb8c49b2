"""Judges the rows of one run: what each is to its record, by what was noted before and earlier in the same run."""

from creditbus.connectors.memory import row_notes
from creditbus.connectors.memory.database import SqliteDatabase
from creditbus.connectors.memory.judgement import Judgement, KnownRecord, Word, judge_by_key, judge_by_reading
from creditbus.connectors.memory.reading_numbers import Numbering
from creditbus.connectors.memory.values import Noted

__all__ = ["RunJudge"]

_MAX_LOOKED_AT = 50_000
"""Records of a look that are remembered without being noted in the file."""
_NEWEST = """
CREATE TEMP TABLE newest AS SELECT alike, max(at) AS at FROM contents
  WHERE last = (SELECT max(last) FROM contents) GROUP BY alike
"""


class RunJudge:
    """The judge of one run.

    Args:
        base: the memory's file.
        numbering: of the run's readings.
        published: how many rows of each reading are known to be on the bus; what is not in it is not in doubt.
        all_again: every row counts as a later word.
    """

    def __init__(
        self, base: SqliteDatabase, numbering: Numbering, published: dict[int, int], *, all_again: bool
    ) -> None:
        self._base = base
        self._numbering = numbering
        self._published = published
        self._all_again = all_again
        self._chunk: dict[bytes, list[KnownRecord]] = {}
        self._outdated: list[tuple[bytes, int]] = []
        self.taken = frozenset(record for (record,) in base.execute("SELECT record FROM taken"))
        """Records whose withdrawal was sent, or perhaps was."""
        if all_again:
            base.execute("DROP TABLE IF EXISTS temp.newest")
            base.execute(_NEWEST)
            base.execute("CREATE INDEX temp.newest_alike ON newest (alike)")

    def judge(self, row: Noted, at: int) -> tuple[Noted, Judgement]:
        """See `NotedRun.judge`."""
        run = self._numbering.of(row)
        if self._numbering.looks and len(self._chunk) > _MAX_LOOKED_AT:
            self._chunk.clear()
        with self._base.failing():
            known = row_notes.known_of(self._base, row, self._published)
        earlier = self._chunk.setdefault(row.record, [])
        taken = row.record in self.taken
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
        if same is not None and same.run == run and not row.key:
            # a row that stands twice is said where it stood first: its repetition is not a later word, neither in this
            # reading nor when all is sent again; as one it undid what stands between the two (docs/adr/0008)
            at = same.at
        now = KnownRecord(row.content, row.key, row.act, run, at, since, doubtful=False)
        earlier[:] = [*(one for one in earlier if not _is_same(one, now)), now]
        return row._replace(at=at, since=since, reading=run), judged

    def forget_outdated(self) -> None:
        """Forget, within the transaction that notes the rows judged since the last call, what they have replaced."""
        self._base.executemany("DELETE FROM contents WHERE record = ? AND last < ?", self._outdated)

    def next_chunk(self) -> None:
        """Begin the next chunk: what was judged is noted."""
        self._chunk, self._outdated = {}, []

    def _is_followed(self, row: Noted, same: KnownRecord, run: int) -> bool:
        """Say whether another row of the same decision, under whatever code, came after this one in the last reading.

        Said again with a place of its own, this one would undo that one until its turn comes.
        """
        if row.key or same.doubtful or same.run == run:
            return False
        with self._base.failing():
            found = self._base.one("SELECT at FROM temp.newest WHERE alike = ?", row.alike)
        return found is not None and int(found[0]) > same.at

    def _outdate(self, record: bytes, known: list[KnownRecord], run: int) -> None:
        """Forget what a record said before its last reading, once it is met again: said again, it is a change."""
        if not any(one.run == run for one in known):
            newest = max((one.run for one in known), default=0)
            if any(one.run < newest for one in known):
                self._outdated.append((record, newest))


def _is_same(one: KnownRecord, other: KnownRecord) -> bool:
    return one.key == other.key and (bool(one.key) or one.content == other.content)
