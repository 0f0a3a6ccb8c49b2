"""The names of all topics, and of the four stages with what each of them reads and where it keeps its state.

topics.yaml declares the same topics with their settings; tests/unit/topics compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = [
    "ACKS",
    "ADOPTIONS",
    "CHANGES",
    "CROSSWALK",
    "DECLARATIONS",
    "EVENTS",
    "FANOUT",
    "FEED",
    "FEEDS",
    "INGEST",
    "INTAKE",
    "LEDGER",
    "MANIFEST",
    "OWN_PREFIXES",
    "POSITIONS",
    "PROFILES",
    "READINGS",
    "RECORDS",
    "REJECTS",
    "RESOLVER",
    "SINGLE",
    "STAGES",
    "STATEMENTS",
    "UNRESOLVED",
    "StageTopics",
    "acks",
    "department_of",
    "feed",
    "ingest",
    "is_feed",
    "is_single",
    "manifests",
    "rejects",
]

#: What the topics of one department or subscriber begin with; the owner's id follows.
INGEST: Final = "ingest."
REJECTS: Final = "rejects."
FEED: Final = "feed."
ACKS: Final = "acks."
#: What the name of a feed is followed by in that of its manifests' topic; ids of subscribers have no points.
MANIFEST: Final = ".manifest"

#: What a stage writes and the next one reads.
UNRESOLVED: Final = "credit.unresolved"
EVENTS: Final = "credit.events"
CHANGES: Final = "credit.changes"

#: Changelogs: of intake how far it has read, of the others their state too.
READINGS: Final = "credit.intake"
CROSSWALK: Final = "credit.crosswalk"
RECORDS: Final = "credit.records"
FEEDS: Final = "credit.feeds"

LEDGER: Final = "credit.ledger"

#: Of one partition each: the numbered versions of what a city declares, and from where on each lane works by which.
DECLARATIONS: Final = "credit.declarations"
ADOPTIONS: Final = "credit.adoptions"
SINGLE: Final = frozenset({DECLARATIONS, ADOPTIONS})

#: What connectors keep on the bus: how far each came, and what departments say in addition to the events.
POSITIONS: Final = "connector.positions"
STATEMENTS: Final = "connector.statements"

#: What the name of every topic of the bus begins with; any other topic is somebody else's.
OWN_PREFIXES: Final = (INGEST, REJECTS, FEED, ACKS, "credit.", "connector.")


class StageTopics(NamedTuple):
    """A stage's name and topics."""

    name: str
    """Also the end of its consumer group's id, and part of its transactional ids and of its keys in the store."""
    input: str
    """The topic that it reads; one that ends with a point stands for all topics that begin with it."""
    changelog: str

    def reads(self, topic: str) -> bool:
        """Tell whether a topic is among its input."""
        return topic.startswith(self.input) if self.input.endswith(".") else topic == self.input


INTAKE: Final = StageTopics("intake", INGEST, READINGS)
RESOLVER: Final = StageTopics("resolver", UNRESOLVED, CROSSWALK)
PROFILES: Final = StageTopics("profiles", EVENTS, RECORDS)
FANOUT: Final = StageTopics("fanout", CHANGES, FEEDS)

#: By name, in the order in which an event passes them.
STAGES: Final[Mapping[str, StageTopics]] = MappingProxyType(
    {stage.name: stage for stage in (INTAKE, RESOLVER, PROFILES, FANOUT)}
)


def ingest(department: str) -> str:
    """Return the topic that a department publishes to."""
    return INGEST + department


def rejects(department: str) -> str:
    """Return the topic on which a department gets its refused events back."""
    return REJECTS + department


def feed(subscriber: str) -> str:
    """Return the topic of a subscriber's changes."""
    return FEED + subscriber


def manifests(subscriber: str) -> str:
    """Return the topic of the signed manifests of a subscriber's feed."""
    return feed(subscriber) + MANIFEST


def acks(subscriber: str) -> str:
    """Return the topic on which a subscriber confirms that it shows a retracted record no more."""
    return ACKS + subscriber


def is_feed(topic: str) -> bool:
    """Tell whether a topic is a subscriber's feed, not the manifests of one."""
    return topic.startswith(FEED) and not topic.endswith(MANIFEST)


def is_single(topic: str) -> bool:
    """Tell whether a topic of the bus has one partition, whatever the number of lanes."""
    return topic in SINGLE or topic.endswith(MANIFEST)


def department_of(topic: str) -> str:
    """Return the department that publishes to a topic; empty where it is not a department's."""
    return topic.removeprefix(INGEST) if topic.startswith(INGEST) else ""
