"""Everything of one schedule: servers, topics, publishers and workers."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from aiokafka.errors import KafkaConnectionError

from creditbus.services.engine import metrics
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.store import Store
from tests.simulation.broker import Broker
from tests.simulation.clock import WORLD, Process, VirtualLoop, within
from tests.simulation.group import Group
from tests.simulation.partition_log import TRANSACTIONAL, encode
from tests.simulation.shelf import Shelf, ShelfStore
from tests.simulation.stage import numbering_stage
from tests.simulation.wire import Server
from tests.simulation.worker import Worker

__all__ = ["SETTINGS", "Published", "World"]

_SESSION, _PATIENCE = 0.6, 0.8
_NOBODY, _PUBLISHERS, _ABORTED = -1, 1_000_000, 0.15

#: The product's own, ten times as fast, so that a schedule is over sooner.
SETTINGS = EngineSettings(
    batch_records=4,
    queue_records=8,
    transaction_timeout_seconds=1.5,
    watchdog_seconds=1.0,
    checkpoint_seconds=1.0,
    pause_seconds=0.01,
    pause_max_seconds=0.4,
)
#: In how many pieces at least a lane works off what a version leaves to be done.
_OF_A_VERSION = 2
#: Nothing that is published here has a schema.
_NO_REGISTRY: Any = None


def _gaps() -> int:
    return int(metrics.LANE_LOST.labels("stage", "GapError")._value.get())


@dataclass(frozen=True, slots=True)
class Published:
    """A record as its publisher knows it."""

    partition: Partition
    offset: int
    key: bytes
    value: bytes


class World:
    """Makes workers and lets things happen to them."""

    def __init__(
        self,
        loop: VirtualLoop,
        random: Random,
        lanes: int,
        topics: tuple[str, ...],
        nodes: int,
        version: int,
        pieces: int,
    ) -> None:
        self.loop = loop
        self.random = random
        self.nodes = nodes
        self.keys = random.randint(1, 6)
        self.settings = SETTINGS
        self.version = version
        self._told = 0
        self._stages = {version: numbering_stage(topics, lanes, version, self._name)}
        self.schemas = Schemas(_NO_REGISTRY)
        # each has a chance of its own, so that one more draw here changes nothing there
        self.kafka = Server(loop, Random(random.random()), lambda: KafkaConnectionError("the connection broke"))
        self.redis = Server(loop, Random(random.random()), lambda: DependencyDownError("redis", "connection broke"))
        self.partitions = [Partition(topic, number) for topic in topics for number in range(lanes)]
        self.group = Group(self.partitions, _SESSION, _PATIENCE, self._later)
        self.broker = Broker(Random(random.random()), self.group, self._later, self.kafka.delay)
        self.shelf = Shelf()
        self.published: list[Published] = []
        self._newest: dict[Partition, int] = {}
        self.workers: list[Worker] = []
        self.counts: Counter[str] = Counter()
        self.lost_offsets = False
        self.jumped = False
        self.strikes: dict[Process, tuple[int, Callable[[], None]]] = {}
        self._gaps = _gaps()
        self.lines: list[str] | None = None
        self.mistakes: list[str] = []
        self._made = self._sent = 0
        self.transactional = random.random() < 0.5
        self.pieces = pieces

    def _later(self, seconds: float, do: Any) -> None:
        self.loop.call_later(seconds, do, context=WORLD.context)

    def note(self, text: str) -> None:
        """Say what happens, where somebody wants to know."""
        if self.lines is not None:
            self.lines.append(f"{self.loop.time():9.4f} {text}")

    @property
    def stage(self) -> Stage:
        """The stage by the newest version."""
        return self._stages[self.version]

    def declare(self, chance: Random) -> None:
        """Publish the next version; workers hear of it at moments of their own."""
        before = self.stage
        self.version += 1
        self.note(f"version {self.version}")
        self._stages[self.version] = numbering_stage(before.topics, before.lanes, self.version, self._name)
        for worker in self.workers:
            context = worker.process.context
            self.loop.call_later(chance.choice((0.0, 0.05, 0.5, 2.0)), worker.take, self.version, context=context)

    def _name(self) -> bytes:
        """Make the value of what is said to a lane: that of the pieces in which it is worked off."""
        self._told += 1
        return b"o%d+%d" % (self._told, max(self.pieces, _OF_A_VERSION))

    @property
    def writes_markers(self) -> bool:
        """Whether transactions write to what the stage reads."""
        return self.transactional or self.pieces > 0 or self.version > 0

    def stage_of(self, version: int) -> Stage:
        """Return the stage by a version."""
        return self._stages[version]

    def make_store(self) -> Store:
        return ShelfStore(self.redis, self.shelf, self.settings.watchdog_seconds)

    def start_worker(self) -> None:
        self._made += 1
        self.note(f"start worker {self._made}")
        self.workers.append(Worker(self, f"worker {self._made}"))

    def kill(self, worker: Worker) -> None:
        """End a worker as a power cut does."""
        self.note(f"kill {worker.process.name}")
        worker.process.dead = True
        self.workers.remove(worker)

    def strike(self, worker: Worker, sends: int, do: Callable[[], None]) -> None:
        """Do something to a worker as soon as it has sent this many requests: in the middle of its work."""
        self.strikes[worker.process] = sends, do

    def sends(self) -> None:
        """Take note that a worker sends a request."""
        if not self.strikes or (found := self.strikes.pop(within(), None)) is None:
            return
        left, do = found
        if left > 1:
            self.strikes[within()] = left - 1, do
        else:
            do()

    def gaps(self) -> int:
        """Return how often records were missing between two batches of a lane."""
        return _gaps() - self._gaps

    def killed_itself(self, _: int) -> None:
        """A worker whose lane does not end has ended its process, as `os._exit` does."""
        self.counts["ended itself"] += 1
        for worker in list(self.workers):
            if worker.process is within():
                self.kill(worker)

    def publish(self, count: int = 1) -> None:
        """Write records of any keys, each with a value of its own."""
        for _ in range(count):
            key = self.random.randrange(self.keys)
            partition = Partition(self.random.choice(self.stage.topics), key % self.stage.lanes)
            value = b"v%d+%d" % (self._sent, self.pieces) if self.pieces else b"v%d" % self._sent
            self._sent += 1
            entry = [(b"k%d" % key, value)]
            if not self.transactional:
                offset = self.broker.append(partition, encode(entry, 0, _NOBODY, _NOBODY))
            else:
                written = self._publish_by_transaction(partition, entry)
                if written is None:
                    continue
                offset = written
            self.published.append(Published(partition, offset, b"k%d" % key, value))
            self._newest[partition] = offset

    def _publish_by_transaction(
        self, partition: Partition, entry: Sequence[tuple[bytes | None, bytes | None]]
    ) -> int | None:
        """Write as a stage before this one does: markers come later, and some say that it counts for nothing."""
        producer = _PUBLISHERS + self._sent
        committed = self.random.random() > _ABORTED
        offset = self.broker.append(partition, encode(entry, TRANSACTIONAL, producer, 0))
        self._later(
            self.random.choice((0.001, 0.01, 0.1)),
            lambda: self.broker.mark(partition, producer, 1, committed=committed),
        )
        return offset if committed else None

    def messages(self) -> dict[bytes, Published]:
        """Return everything that the stage is to read, what it says to itself too, by value."""
        found = {record.value: record for record in self.published}
        if self.pieces or self.version:
            for place in self.partitions:
                for entry in self.broker.logs[place].ever_committed():
                    key, value = entry.key or b"", entry.value or b""
                    found.setdefault(value, Published(place, entry.offset, key, value))
        return found

    def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        """Answer for the group."""
        return {place: self.group.offsets.get(place) for place in partitions}

    def checkpoint(self, lane: int) -> int | None:
        """Return where the store of a lane is."""
        held = self.shelf.lanes.get(lane)
        return held[0] if held else None

    def lose_offsets(self) -> None:
        """Let the group forget how far it has read, as brokers have done (docs/adr/0024)."""
        self.note("the group forgets its offsets")
        self.lost_offsets = True
        for place in self.partitions:
            if self.random.random() < 0.5:
                self.group.offsets.pop(place, None)

    # -- the end ----------------------------------------------------------------------------------

    def is_through(self) -> bool:
        """Whether all lanes are ready, everything was read and nothing is under way."""
        ready = [number for worker in self.workers for number in worker.ready()]
        if sorted(ready) != list(range(self.stage.lanes)) or not all(worker.idle() for worker in self.workers):
            return False
        return all(self.read_up_to(place) > self._last(place) for place in self.partitions)

    def _last(self, place: Partition) -> int:
        """Return the offset of the last of `messages` in a partition; -1: it has none."""
        said = self.broker.logs[place].last_committed() if self.pieces or self.version else -1
        return max(said, self._newest.get(place, -1))

    def read_up_to(self, place: Partition) -> int:
        """Return how far a partition was read: what the group has lost is in the lane's own state."""
        offset = self.group.offsets.get(place, 0)
        held = self.shelf.lanes.get(place.partition)
        said = held[1].get(b"p|" + place.topic.encode()) if held and self.lost_offsets else None
        return max(offset, int(said.split()[0])) if said else offset

    async def settle(self, most_seconds: float) -> bool:
        """Wait until everything is through; return False when that takes too long."""
        end = self.loop.time() + most_seconds
        quiet = 0
        while quiet < 2:
            if self.loop.time() > end or self.loop.is_over():
                return False
            await asyncio.sleep(0.1)
            quiet = quiet + 1 if self.is_through() else 0
        return True
