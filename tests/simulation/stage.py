"""The stage that is simulated: it numbers what comes of each key, and books every record."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from creditbus.services.domain.event import Origin
from creditbus.services.domain.ledger import Outcome
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.contract import LaneOpening, Stage, StepRun, StoreKind
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["CHANGELOG", "JUDGED", "LEDGER", "OUT", "TAKEN_UP", "book", "numbering_stage", "rest_of"]

OUT, CHANGELOG, LEDGER, JUDGED = "out", "changelog", "ledger", "judged"
#: Where a lane's state says by which version its pieces were begun last.
TAKEN_UP = b"!taken up"
_LANE = b"lane"
_ORIGIN: Origin = {"department": "990101", "run": "run", "file": "file", "sheet": "", "row": 1}

_Work = tuple[bytes, bytes]


class _Numbering:
    """The n-th record of a key writes `n|value`; a key whose value is `end` is forgotten and begins again.

    What a record leaves to be done comes back to the stage by the topic that it reads: of `value+2` comes `value+1`.
    So does what each version leaves to be done in a lane (`opening`).
    """

    def __init__(self, version: int, topic: str) -> None:
        self._version = version
        self._topic = topic

    async def load(self, schemas: Schemas) -> None:
        """Nothing to learn."""

    def prepare(self, records: Sequence[Record]) -> tuple[list[_Work], Iterable[bytes]]:
        work = [(record.key or b"", record.value or b"") for record in records]
        # of every second key the step learns only later that it needs it, as real ones do
        return work, {_mark(key) if key[-1] % 4 == 1 else key for key, _ in work if key[-1] % 2}

    def further_keys(self, work: Sequence[_Work], state: Mapping[bytes, bytes | None]) -> tuple[set[bytes], set[bytes]]:
        """Of every fourth key a mark says whether it has a count."""
        marked = {key for key, _ in work if key[-1] % 4 == 1}
        held = {key for key in marked if state[_mark(key)] is not None}
        return held, marked - held

    def begin(self, work: list[_Work], view: StateView, out: Output) -> StepRun:  # noqa: ARG002 -- the contract of a step
        return StepRun(lambda part: self._number(part, view, out))

    def _number(self, work: list[_Work], view: StateView, out: Output) -> None:
        for key, value in work:
            count = int(view.get(key) or 0) + 1
            view.put(key, b"%d" % count)
            if key == _LANE:
                view.put(TAKEN_UP, b"%d" % self._version)
            if key[-1] % 4 == 1:
                view.put(_mark(key), b"")
            out.emit(OUT, out.lane, key, b"%d|%b" % (count, value))
            if (left := rest_of(value)) is not None:
                out.emit(self._topic, out.lane, key, left)
            if self._version:
                out.emit(JUDGED, out.lane, None, b"%d|%b" % (self._version, value))
            out.book(_ORIGIN, "item", Outcome.RECEIVED)
            out.book(_ORIGIN, "item", Outcome.APPLIED)


def rest_of(value: bytes) -> bytes | None:
    """Return what comes back to the stage of a record; None: it is done."""
    name, _, pieces = value.partition(b"+")
    return b"%b+%d" % (name, int(pieces) - 1) if int(pieces or 0) else None


def _mark(key: bytes) -> bytes:
    return b"?" + key


def book(out: Output) -> None:
    """Write the bookings as the ledger's writer does, in plain text."""
    counts: Counter[str] = Counter()
    for entry, count in out.bookings.deltas():
        counts[entry.outcome] += count
    if counts:
        out.emit(LEDGER, out.lane, None, json.dumps(counts).encode())


def numbering_stage(topics: tuple[str, ...], lanes: int, version: int, name: Callable[[], bytes]) -> Stage:
    """Return the stage; by a version, if there is one, it says of each record by which it judged that.

    `name` makes a value that nobody else has: what is said to a lane where it is taken up by another version.
    """
    step = _Numbering(version, topics[0])

    def opening(value: bytes | None) -> tuple[bytes, bytes] | None:
        return None if value == b"%d" % version else (_LANE, name())

    return Stage(
        name="stage",
        topics=topics,
        lanes=lanes,
        step=step,
        store=StoreKind.REDIS,
        changelog=CHANGELOG,
        further_keys=step.further_keys,
        declarations=version,
        opening=LaneOpening(TAKEN_UP, topics[0], opening) if version else None,
    )
