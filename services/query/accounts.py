"""Published against received: what waits, what expired unread, and whether anything is nowhere.

    published = received + waiting + expired unread

What a run published is stated by its connector, in the transactions that publish it; what was received is in the
ledger; what waits is asked of Kafka. What retention cut is booked as offsets, which may be more than there were
records; where the connectors of a department state all that it published, the difference is the exact number.
A loss that is booked does not balance: it would be an alarm that nobody has to answer (docs/adr/0028).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from creditbus.services.domain.ledger import Account, Ledger, Outcome
from creditbus.services.domain.statements import Acceptance, Publication, Statement
from creditbus.services.query.backlog import StageBacklog, TopicBacklog
from creditbus.topics.names import EVENTS, department_of, ingest

__all__ = ["Accounts", "Loss", "RunGap", "Supply"]

#: A connector's transaction has at most this many messages; each leaves a mark in each partition that it wrote to.
_CHUNK: Final = 2000


@dataclass(frozen=True, slots=True)
class Loss:
    """What a stage can never read of a topic.

    Attributes:
        topic: its name.
        offsets: that were cut, booked by the stage or to be booked as soon as it runs.
        recreated: partitions that were created again; what was unread of the ones before is not known by itself.
        records: how many records it were.
        exact: whether `records` is their number; else it is a bound, or nothing is known where a topic was created
            again.
        accepted: what somebody who has dealt with all of it wrote down; empty: nobody has.

    """

    topic: str
    offsets: int
    recreated: int
    records: int
    exact: bool
    accepted: str = ""

    @property
    def nothing(self) -> bool:
        """Whether it is known that no record was among it."""
        return self.exact and not self.records

    @property
    def unknown(self) -> bool:
        """Whether not even a bound is known."""
        return bool(self.recreated) and not self.exact

    @property
    def settled(self) -> bool:
        """Whether nobody need see to it any more."""
        return self.nothing or bool(self.accepted)

    def as_json(self) -> dict[str, object]:
        """Return the facts."""
        return {
            "topic": self.topic,
            "offsets": self.offsets,
            "recreated_partitions": self.recreated,
            "records": self.records,
            "exact": self.exact,
            "accepted": self.accepted or None,
        }


@dataclass(frozen=True, slots=True)
class RunGap:
    """A run of which fewer messages were received than it published."""

    department: str
    run: str
    published: int
    received: int

    def as_json(self) -> dict[str, object]:
        """Return the facts."""
        return {
            "department": self.department,
            "run": self.run,
            "published": self.published,
            "received": self.received,
        }


@dataclass(frozen=True, slots=True)
class Supply:
    """What a department published and intake has not received.

    Attributes:
        waiting: what waits in its topic; None: nothing.
        loss: what expired there unread; None: nothing.
        missing: messages that connectors published and that are neither received, nor waiting, nor cut.

    """

    waiting: TopicBacklog | None
    loss: Loss | None
    missing: int

    @property
    def clear(self) -> bool:
        """Whether everything that was published was received."""
        return (
            (self.waiting is None or not self.waiting.records)
            and (self.loss is None or self.loss.settled)
            and not self.missing
        )


class Accounts:
    """The ledger, with what stands before it.

    Args:
        statements: what departments say that their runs published, and which losses were accepted; read first.
        stages: what waits; read after that.
        ledger: read last, so that what was received meanwhile is in it.
        through: whether the ledger was read up to where it ended after the reading of `stages`.

    """

    def __init__(
        self,
        statements: Iterable[Statement],
        stages: Sequence[StageBacklog],
        ledger: Ledger,
        *,
        through: bool = True,
    ) -> None:
        self.stages = stages
        self.ledger = ledger
        self.through = through
        said = list(statements)
        self._published = {(one.department, one.run): one.published for one in said if isinstance(one, Publication)}
        self._accepted = {one.topic: one for one in said if isinstance(one, Acceptance)}
        self._received = _received(ledger)
        self.gaps = [
            RunGap(department, run, count, self._received[department, run])
            for (department, run), count in sorted(self._published.items())
            if count > self._received[department, run]
        ]
        self._supplies: dict[str, Supply] = {}
        self._backlogs = {topic.topic: topic for stage in stages for topic in stage.topics}

    @property
    def departments(self) -> list[str]:
        """All that anything is known of."""
        told = set(filter(None, map(department_of, self._touched)))
        return sorted(self.ledger.departments.keys() | told | {gap.department for gap in self.gaps})

    def account(self, department: str) -> Account:
        """Return what became of what was received of a department."""
        return self.ledger.departments.get(department, Account())

    def supply(self, department: str) -> Supply:
        """Compare what a department published with what was received."""
        if department not in self._supplies:
            self._supplies[department] = self._supply(department)
        return self._supplies[department]

    def _supply(self, department: str) -> Supply:
        topic = ingest(department)
        waiting = self._backlogs.get(topic)
        short = max(
            sum(gap.published - gap.received for gap in self.gaps if gap.department == department)
            - (waiting.records if waiting else 0)
            # what cannot be decoded is received under no run
            - self._received[department, ""],
            0,
        )
        if not self.through:
            # what is missing may stand in what could not be read
            short = 0
        offsets, recreated = self._lost(topic)
        if not offsets and not recreated:
            return Supply(waiting, None, short)
        exact = self._told_all(department, short, offsets) and (waiting is None or waiting.exact)
        records = short if exact else offsets
        return Supply(waiting, Loss(topic, offsets, recreated, records, exact, self._acceptance(topic)), 0)

    def _told_all(self, department: str, short: int, offsets: int) -> bool:
        """Tell whether what the connectors say is missing explains all offsets that were cut.

        Where somebody else publishes, too, or where more was cut than their messages and the marks of their
        transactions, what they say is not all that there was.
        """
        runs = {run for of, run in self._received if of == department and self._received[of, run]}
        if not self.through or not short or not all((department, run) in self._published for run in runs):
            return False
        marks = 1 + sum(1 + -(-gap.published // _CHUNK) for gap in self.gaps if gap.department == department)
        return offsets <= short + marks * max((stage.of_lanes for stage in self.stages), default=0)

    def balanced(self, department: str) -> bool:
        """Whether everything that a department published was received, and has its outcome."""
        return self.account(department).balanced and self.supply(department).clear

    @property
    def losses(self) -> list[Loss]:
        """What expired unread, by topic; what was not a record is left out, what was accepted is not."""
        ingest = [self.supply(department).loss for department in self.departments]
        behind = [self._loss_behind(topic) for topic in sorted(self._touched) if not department_of(topic)]
        return [loss for loss in (*ingest, *behind) if loss is not None and not loss.nothing]

    @property
    def waiting(self) -> list[StageBacklog]:
        """The stages for which records wait."""
        return [stage for stage in self.stages if stage.records]

    @property
    def is_balanced(self) -> bool:
        """Whether everything published was read by all stages and has its outcome, and nothing was lost."""
        return (
            self.through
            and all(map(self.balanced, self.departments))
            and not self.waiting
            and all(loss.settled for loss in self.losses)
        )

    def as_json(self) -> Mapping[str, object]:
        """Return the facts in the form of `creditbus ledger --json`."""
        found = dict(self.ledger.as_json())
        return found | {
            "departments": {name: self._department(name) for name in self.departments},
            "stages": [stage.as_json() for stage in self.stages],
            "expired_unread": [loss.as_json() for loss in self.losses],
            "runs_not_received": [gap.as_json() for gap in self.gaps],
            "ledger_read_through": self.through,
            "balanced": self.is_balanced,
        }

    def published(self, department: str) -> int:
        """Return what a department published: received, waiting, expired or missing."""
        supply = self.supply(department)
        return (
            self.account(department).counts[Outcome.RECEIVED]
            + (supply.waiting.records if supply.waiting else 0)
            + (supply.loss.records if supply.loss else 0)
            + supply.missing
        )

    def _department(self, name: str) -> dict[str, object]:
        supply = self.supply(name)
        waiting, loss = supply.waiting, supply.loss
        return self.account(name).as_json() | {
            "published": self.published(name),
            "waiting": {
                "records": waiting.records if waiting else 0,
                "exact": waiting.exact if waiting else True,
                "oldest": waiting.oldest if waiting else None,
            },
            "expired_unread": {
                "records": loss.records if loss else 0,
                "exact": loss.exact if loss else True,
            },
            "missing": supply.missing,
            "balanced": self.balanced(name),
        }

    @property
    def _touched(self) -> set[str]:
        """Topics in which something waits or was lost."""
        return self._backlogs.keys() | self.ledger.expired.keys() | self.ledger.recreated.keys()

    def _lost(self, topic: str) -> tuple[int, int]:
        cut = self._backlogs[topic].cut if topic in self._backlogs else 0
        return self.ledger.expired[topic] + cut, self.ledger.recreated[topic]

    def _loss_behind(self, topic: str) -> Loss | None:
        offsets, recreated = self._lost(topic)
        if not offsets and not recreated:
            return None
        # each event that goes in there is one that was received: where all have their outcomes, none was lost
        decided = topic == EVENTS and self.ledger.balanced
        return Loss(topic, offsets, recreated, 0 if decided else offsets, decided, self._acceptance(topic))

    def _acceptance(self, topic: str) -> str:
        found = self._accepted.get(topic)
        return found.reason if found is not None and found.covers(*self._lost(topic)) else ""


def _received(ledger: Ledger) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for (department, _, _, run), account in ledger.files.items():
        found[department, run] += account.counts[Outcome.RECEIVED]
    return found
