"""Licences by the million that stand already, and whether a feed shows exactly those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ground import Ground, opened
from load import Sent, run_in_memory
from whole.feed_views import FeedDecoder, Shown, expect_keys, is_retraction, newest, shown
from whole.stamps import Stamps, write_all
from whole.workers import WorkerPlan, end, read, wait, workers

from creditbus.topics.declarations import declarations
from creditbus.topics.names import FEED

__all__ = ["ITEM", "StandingRecords"]

#: The catalogue item of licences.
ITEM: Final = "administrative-licence"
_OF_A_SUBJECT: Final = 20
#: Where the number of a licence stands in it.
_NUMBERED: Final = {"XK_WSH", "decision_no"}


class StandingRecords:
    """Licences, 20 of each subject, and the registrations of these subjects.

    Args:
        ground: servers with the topics and schemas.
        lanes: partitions of each topic.
        count: of licences.

    Attributes:
        count: of licences.
        subjects: how many have them.
        events: registrations and licences together.

    """

    def __init__(self, ground: Ground, lanes: int, count: int) -> None:
        self._ground = ground
        self._stamps = Stamps(ground, lanes)
        self.count = count
        self.subjects = -(-count // _OF_A_SUBJECT)
        self.events = self.subjects + count

    def establish(self, settings: Sequence[str] = ()) -> None:
        """Let profiles and fanout read them."""
        write_all(self._ground.connection.bootstrap_servers, self._for_profiles())
        plan = WorkerPlan(("profiles", "fanout"), settings, follow=True)
        with workers(self._ground, 1, plan) as running:
            wait(running, lambda: read(running, "fanout"), self.events)
            end(running)

    def _for_profiles(self) -> Iterator[Sent]:
        yield from map(self._stamps.registered, range(self.subjects))
        for number in range(self.count):
            yield self._stamps.licensed(number % self.subjects, number)

    def licence(self, number: int) -> Sent:
        """Return a further licence of one of these subjects for intake; those that stand have the numbers before."""
        return self._stamps.licence(number % self.subjects, number)

    def key(self, number: int) -> bytes:
        """Return the key that a licence has in a feed."""
        return self._stamps.feed_key(number % self.subjects, number)

    def expect(self, subscriber: str, count: int, *, granted: bool) -> None:
        """Hold the newest record of each key of a feed against what licences are under the present grant.

        Args:
            subscriber: whose feed.
            count: of licences, with further ones.
            granted: whether the grant admits licences. All of them must be retracted where it does not any more.

        Raises:
            RuntimeError: one is missing, one is too many, or one does not say what it must.

        """
        decode = FeedDecoder(self._ground.connection)
        held = newest(self._ground.connection, FEED + subscriber)
        held = {key: value for key, value in held.items() if _is_licence(key)}
        wanted = {self.key(number): number for number in range(count)}
        expect_keys(FEED + subscriber, held.keys(), wanted.keys())
        model = self._recomputed(subscriber, decode) if granted else None
        for key, value in held.items():
            said = shown(decode(value))
            right = is_retraction(said.state) if model is None else said == _numbered(model, wanted[key])
            if not right:
                message = f"feed of {subscriber}: {key.decode()} says {said}"
                raise RuntimeError(message)

    def _recomputed(self, subscriber: str, decode: FeedDecoder) -> Shown:
        """Return what the steps make of the first licence in memory, under what is declared now."""
        stages = opened(self._ground.connection, declarations()).stages
        told = [self._stamps.registered(0), self._stamps.licensed(0, 0)]
        changes = run_in_memory(stages["profiles"], told).to("credit.changes")
        made = run_in_memory(stages["fanout"], changes).to(FEED + subscriber)
        (value,) = (record.value or b"" for record in made if _is_licence(record.key or b""))
        return shown(decode(value))


def _numbered(model: Shown, number: int) -> Shown:
    return model._replace(act=_with_number(model.act, number), content=_with_number(model.content, number))


def _with_number(part: Mapping[str, Any] | None, number: int) -> dict[str, Any]:
    first, mine = f"{0:08d}", f"{number:08d}"
    return {
        name: value.replace(first, mine) if value and name in _NUMBERED else value
        for name, value in (part or {}).items()
    }


def _is_licence(key: bytes) -> bool:
    return f"|{ITEM}|".encode() in key
