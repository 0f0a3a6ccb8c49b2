"""A run of the bus under traffic that goes on while something breaks."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.harness.feeds import grants_of_the_city
from tests.harness.recomputation import Recomputation, RecordId
from tests.harness.views import held
from tests.harness.waiting import until
from tests.harness.wire import Message, Observer

__all__ = ["Run", "outcome"]


@dataclass(slots=True)
class Run:
    """Publishes traffic slice by slice; a fault falls into the work on one."""

    observer: Observer
    messages: list[Message]
    slices: int
    seconds: list[float] = field(default_factory=list)
    """From each fault to the next change that was committed."""
    _published: int = 0

    def steps(self) -> Iterator[int]:
        """Publish a slice and yield its number as soon as the first change of it is there."""
        for number in range(self.slices):
            before = self.changes()
            self.publish()
            until(lambda before=before: self.changes() > before, f"a change from slice {number}")  # type: ignore[misc]
            yield number

    def publish(self) -> None:
        """Publish the next slice."""
        share = -(-len(self.messages) // self.slices)
        slice_ = self.messages[self._published : self._published + share]
        self._published += self.observer.wire.publish(slice_)

    def changes(self) -> int:
        self.observer.poll()
        return len(self.observer.of("credit.changes"))

    def timed(self, fault: Callable[[], None], what: str, seconds: float = 90.0) -> None:
        """Let something break, publish on, and note how long nothing came."""
        fault()
        before, began = self.changes(), time.monotonic()
        self.publish()
        until(lambda: self.changes() > before, f"a change after {what}", seconds)
        self.seconds.append(time.monotonic() - began)


def outcome(observer: Observer, truth: Recomputation) -> tuple[dict[RecordId, list[Any]], dict[str, dict[str, bytes]]]:
    """What two runs of the same traffic must have in common, whatever the order between records.

    The changes that events made of each record, one after the other, without the places and moments of their receipt
    and without what was known of the subject by then; and what each subscriber holds of the record in the end. Left
    out are subjects of which it is chance what is known in the end, or what was applied before they were known no more.
    """
    ordered = {name for name, story in truth.told.items() if story.ordered and not story.mixed}
    ordered = {name for name in ordered if len({story.facts for story in truth.standing(name.subject)}) == 1}
    records: defaultdict[RecordId, list[Any]] = defaultdict(list)
    for record in observer.of("credit.changes"):
        event = observer.wire.decode(record.value)
        header = event["header"]
        name = RecordId(*(header[part] for part in RecordId._fields))
        applied = {part: header["applied"][part] for part in ("change", "revision", "state", "previous_state")}
        if name in ordered and applied["change"] != "RESTATED":
            warnings = [warning for warning in header["warnings"] if warning != "NAME_MISMATCH"]
            records[name].append((header["event_id"], header["verb"], applied, warnings, event["content"]))
    keys = {"|".join(name) for name in ordered}
    feeds = {grant["feed"]: held(observer, grant["feed"]) for grant in grants_of_the_city()}
    return dict(records), {feed: {key: view[key] for key in keys & view.keys()} for feed, view in feeds.items()}
