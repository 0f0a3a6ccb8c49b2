"""One declared topic and its settings in Kafka's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

from creditbus.topics import messages
from creditbus.topics.document import Section

__all__ = ["Topic", "TopicDefaults", "read_class"]

_COMPRESSIONS = ("producer", "none", "gzip", "lz4", "snappy", "zstd")
_TIMESTAMPS = {"publisher": "CreateTime", "broker": "LogAppendTime"}
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_FOR_EVER = -1
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be.

    Attributes:
        name: its name in Kafka.
        class_name: the class of topics.yaml that it belongs to.
        partitions: number of partitions.
        replication: wanted number of copies; a cluster with fewer brokers keeps fewer.
        min_insync: wanted number of copies that must have a record before it counts as written.
        config: other settings, by Kafka's names.
    """

    name: str
    class_name: str
    partitions: int
    replication: int
    min_insync: int
    config: Mapping[str, str]

    def replication_on(self, brokers: int) -> int:
        """Copies that a cluster of this size can keep."""
        return min(self.replication, brokers)

    def config_on(self, brokers: int) -> dict[str, str]:
        """All settings for a cluster of this size: one broker may be away without stopping writers."""
        min_insync = max(1, min(self.min_insync, self.replication_on(brokers) - 1))
        return {**self.config, "min.insync.replicas": str(min_insync)}


@dataclass(frozen=True, slots=True)
class TopicDefaults:
    """What a topic has where its own entry says nothing else."""

    partitions: int
    replication: int
    min_insync: int
    compression: str

    @classmethod
    def read(cls, section: Section) -> Self:
        """Read the `defaults` of topics.yaml."""
        defaults = cls(
            partitions=section.number("partitions", 1),
            replication=section.number("replication", 1),
            min_insync=section.number("min_insync", 1),
            compression=section.choice("compression", _COMPRESSIONS),
        )
        if defaults.min_insync >= defaults.replication > 1:
            raise section.wrong("min_insync", messages.LESS_THAN_COPIES(), messages.ELSE_WRITERS_STOP())
        section.finish()
        return defaults

    def of_city(self, partitions: int | None, replication: int | None) -> Self:
        """Return what a city has where its `city.yaml` says another number; a single copy must do alone."""
        copies = replication or self.replication
        return replace(
            self,
            partitions=partitions or self.partitions,
            replication=copies,
            min_insync=max(1, min(self.min_insync, copies - 1)),
        )

    def topic(self, name: str, class_name: str, partitions: int, config: Mapping[str, str]) -> Topic:
        """A topic of a class."""
        merged = MappingProxyType({"compression.type": self.compression, **config})
        return Topic(name, class_name, partitions, self.replication, self.min_insync, merged)


def read_class(section: Section) -> Mapping[str, str]:
    """Read a class of topics.yaml into Kafka's settings."""
    cleanup = section.choice("cleanup", ("delete", "compact"))
    config = {"cleanup.policy": cleanup}
    if cleanup == "delete":
        days = section.optional_number("retention_days", 1)
        config["retention.ms"] = str(_FOR_EVER if days is None else days * _DAY_MS)
    else:
        config["segment.bytes"] = str(section.number("segment_mebibytes", 1) * _MEBIBYTE)
        config["max.compaction.lag.ms"] = str(section.number("compaction_lag_hours", 1) * _HOUR_MS)
    if "timestamp" in section:
        config["message.timestamp.type"] = _TIMESTAMPS[section.choice("timestamp", tuple(_TIMESTAMPS))]
    if "compression" in section:
        config["compression.type"] = section.choice("compression", _COMPRESSIONS)
    section.finish()
    return config
