"""The bus in memory as tests use it: examples are published, turns are chosen, and what waits is counted.

A test chooses which stage runs when, on which lane and on how many records, so it can build any interleaving and any
batch boundaries that a running worker could meet.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.crosswalk import decode_crosswalk
from creditbus.services.domain.event import Act, Header, ingest_key
from creditbus.services.domain.ledger import Ledger
from creditbus.services.domain.profile.keys import unpack_events
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.subject import Subject, decode_subject
from creditbus.services.domain.profile.succession import of_successor
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.engine.stage.output import Output
from creditbus.services.local.bus import ConsumedRecord, LocalBus
from creditbus.services.local.contents import decode, ledger_of, records_of, subject_of
from creditbus.services.local.stages import LocalStages
from creditbus.topics.parties import Subscriber
from tests.examples import CATALOGUE, Example

__all__ = ["LANES", "PERSON_KEY", "START_MS", "Bus", "Choose", "built", "machinery", "sent"]

LANES = 3
PERSON_KEY = bytes(range(32))
#: Of a batch. One needs as many as the longest chain of things of which each tells the next one's key.
MOST_RERUNS = 8
#: 2020-01-01 00:00 in the city: every date of the examples lies before it.
START_MS = 1_577_808_000_000


def built(lanes: int, catalogue: Catalogue, subscribers: Iterable[Subscriber]) -> LocalStages:
    """Stages with the key of the tests."""
    return LocalStages.build(
        lanes=lanes, person_key=PERSON_KEY, catalogue=catalogue, subscribers=subscribers, on=city_day(START_MS)
    )


@cache
def machinery(lanes: int = LANES) -> LocalStages:
    """The shipped catalogue and subscribers."""
    return LocalStages.build(lanes=lanes, person_key=PERSON_KEY, catalogue=CATALOGUE, on=city_day(START_MS))


Choice = tuple[str, int, int]
Choose = Callable[[Sequence[tuple[str, int]]], Choice]


@dataclass
class Bus(LocalBus):
    """A bus whose clock begins in 2020.

    `look_ups` False leaves intake's view of the crosswalk empty: the furthest that a look-up can lag.
    What is written to topics in `apart` goes to others, which no stage reads.
    """

    now: int = START_MS
    look_ups: bool = True
    apart: frozenset[str] = frozenset()

    # -- publishing and running ----------------------------------------------------------------

    def publish(self, event: Example) -> ConsumedRecord:
        """Publish an event as its department's connector does."""
        header, act = sent(event)
        body, _ = self.parts.codec.write_body(event.item.id, act, event.claim, event.content)  # type: ignore[arg-type] # plain dictionaries
        department = header["origin"]["department"]
        return self.publish_bytes(department, ingest_key(header), self.parts.codec.seal(header, body))

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> ConsumedRecord:
        return super().append(f"{topic} apart" if topic in self.apart else topic, partition, key, value)

    def process(
        self, stage: str, lane: int, batch: Sequence[ConsumedRecord]
    ) -> tuple[Output, dict[bytes, bytes | None]]:
        before = self.reruns
        processed = super().process(stage, lane, batch)
        # each one begins the whole batch again: their number must not grow with what a subject has, or a code
        assert self.reruns - before <= MOST_RERUNS, (
            f"{stage} asked {self.reruns - before} times for {len(batch)} records"
        )
        return processed

    def state(self, stage: Stage, lane: int, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        if stage.store == StoreKind.LOOKUP and not self.look_ups:
            return dict.fromkeys(keys)
        return super().state(stage, lane, keys)

    def settle(self, choose: Choose | None = None, after_turn: Callable[[], None] = lambda: None) -> None:
        """Run until nothing is unread; without `choose` the stages in order, each on all that it has."""
        while busy := self.busy():
            name, lane, limit = choose(busy) if choose else (*busy[0], 0)
            self.turn(name, lane, limit or None)
            after_turn()

    # -- looking -------------------------------------------------------------------------------

    def decode(self, value: bytes | None) -> Any:
        """Decode a framed value with the schema that its id names."""
        return decode(self.parts, value)

    def ledger(self) -> Ledger:
        """Sum the ledger's topic."""
        return ledger_of(self)

    def subject(self, code: str) -> Subject | None:
        """Give a subject's summary."""
        return subject_of(self, code)

    def records(self, code: str) -> dict[str, Record]:
        """Give a subject's records by their key."""
        return records_of(self, code)

    def under_way(self) -> Counter[str]:
        """Events received and not yet decided, by department, counted on the topics between the stages."""
        found: Counter[str] = Counter()
        for name in ("resolver", "profiles"):
            for lane in range(self.parts.lanes):
                for message in self.unread(name, lane):
                    shape = self.parts.codec.shape(message.value)
                    if shape is not None and shape.item:
                        found.update(self.departments_of(message.value or b""))
        return found

    def departments_of(self, value: bytes) -> list[str]:
        """Give whose row an event stands for; nobody's, if it is the second event of its row."""
        header = self.parts.codec.open(value).header
        return [] if of_successor(header["document_no"]) else [header["origin"]["department"]]

    def waiting(self, outcome: str) -> Counter[str]:
        """Events that the stores keep as "parked" or "held", by department."""
        prefixes = (b"w|", b"q|") if outcome == "parked" else (b"h|",)
        found: Counter[str] = Counter()
        for store in self.stores.values():
            for key, value in store.items():
                if key.startswith(prefixes):
                    events = unpack_events(value) if outcome == "held" else [value]
                    found.update(name for event in events for name in self.departments_of(event))
        return found

    def counted_as_waiting(self) -> tuple[Counter[str], Counter[str]]:
        """What entries and summaries say about how much waits for them, and how much does."""
        said: Counter[str] = Counter()
        found: Counter[str] = Counter()
        for store in self.stores.values():
            for key, value in store.items():
                kind = key[:1].decode()
                if kind == "x":
                    entry = decode_crosswalk(value)
                    said["w"] += entry.waiting_to - entry.waiting_from
                elif kind == "s":
                    summary = decode_subject(value)
                    said["q"] += summary.parked_to - summary.parked_from
                    said["h"] += summary.held
                elif kind in "wqh":
                    found[kind] += len(unpack_events(value)) if kind == "h" else 1
        return +said, found


def sent(event: Example) -> tuple[Header, Act]:
    """Derive header and act as a connector does; what `event.header` says wins."""
    stated = {name: value for name, value in event.header.items() if name not in {"origin", "subject_kind", "verb"}}
    derived = event.item.derive(event.content, event.claim, event.header["origin"]["department"])
    kind = event.header["subject_kind"]
    header: dict[str, Any] = {
        "item": event.item.id,
        "verb": event.header["verb"] if event.header["verb"] != "ISSUE" else derived.verb.value,
        "event_id": bytes(16),
        "content_hash": bytes(16),
        "authority": derived.authority,
        "authority_name": derived.authority_name,
        "document_no": derived.document_no,
        "subject": "",
        "subject_name": derived.subject_name,
        "subject_kind": kind if kind != "UNSTATED" else derived.subject_kind.value,
        "state": derived.state.value,
        "source_time": None,
        "received_at": 0,
        "sequence": 0,
        "reading": None,
        "lifts": False,
        "origin": {"run": "run", "file": "rows.csv", "sheet": "", "row": 1} | event.header["origin"],
        "normalised": 0,
        "warnings": [],
        "applied": None,
    }
    return header | stated, derived.act  # type: ignore[return-value] # the parts are those of a header
