"""Watches one contestant from outside, all in the same way: committed offsets of its group, and its processor time.

What is measured lies between two commits: the first one after the warm-up and the first one near the end. So the start
of a process, the compilation of its code, and a last commit that comes when there was nothing to do any more
count for nobody; the figures of the whole run are given as well.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final, NamedTuple

import psutil
from confluent_kafka import Consumer, TopicPartition
from measured import status_mb
from whole.processors import busy_seconds

__all__ = ["END", "START", "TooFewError", "Watch", "figures"]

#: Shares of the events at which the measurement begins and ends.
START, END = 0.5, 0.95

_POLL_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 120.0
_ANSWER_SECONDS: Final = 10.0
_SELF: Final = psutil.Process()


class Sample(NamedTuple):
    """One look.

    Attributes:
        at: when.
        committed: records whose offsets are committed.
        cpu: processor seconds of the peer.
        servers: the same of the servers, by name.
        others: the same of all that has no part in the run.

    """

    at: float
    committed: int
    cpu: float
    servers: Mapping[str, float]
    others: float


class Watch:
    """Looks at the group of one contestant.

    Args:
        servers: Kafka.
        group: its consumer group.
        places: topic and number of its partitions.
        pids: process ids of the servers that work for it, by name.

    """

    def __init__(self, servers: str, group: str, places: tuple[str, int], pids: Mapping[str, int]) -> None:
        topic, partitions = places
        # committed offsets alone, so that a look costs the broker next to nothing
        settings = {"bootstrap.servers": servers, "group.id": group, "isolation.level": "read_uncommitted"}
        self._consumer = Consumer(settings)
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._servers = {name: psutil.Process(pid) for name, pid in pids.items()}

    def until(self, records: int, process: subprocess.Popen[bytes]) -> tuple[list[Sample], float]:
        """Return a sample for each progress until this many are committed, and the peak memory in MB.

        Raises:
            RuntimeError: the peer ended.
            TimeoutError: it made no progress for two minutes.

        """
        peer = psutil.Process(process.pid)
        samples: list[Sample] = []
        moved = time.monotonic()
        peak = 0.0
        while not samples or samples[-1].committed < records:
            time.sleep(_POLL_SECONDS)
            if process.poll() is not None:
                message = f"the peer ended with {process.returncode}"
                raise RuntimeError(message)
            committed, now = self._committed(), time.monotonic()
            if committed and (not samples or committed > samples[-1].committed):
                servers = {name: _cpu(server) for name, server in self._servers.items()}
                cpu = _cpu_of_all(peer)
                others = busy_seconds() - cpu - sum(servers.values()) - _cpu(_SELF)
                samples.append(Sample(now, committed, cpu, servers, others))
                moved = now
                peak = max(peak, _peak_mb(peer))
            if now - moved > _PATIENCE_SECONDS:
                message = f"stopped at {samples[-1].committed if samples else 0} of {records} records"
                raise TimeoutError(message)
        return samples, peak

    def close(self) -> None:
        """End the look."""
        self._consumer.close()

    def _committed(self) -> int:
        places = self._consumer.committed(self._places, timeout=_ANSWER_SECONDS)
        return sum(max(place.offset, 0) for place in places)


class TooFewError(ValueError):
    """Between two commits lay all that was to be measured."""


def figures(samples: Sequence[Sample], started: float, peak: float) -> dict[str, float]:
    """Return what the samples say.

    Raises:
        TooFewError: there were too few commits.

    """
    first, last = samples[0], samples[-1]
    begin, end = _at(samples, START), _at(samples, END)
    quarters = [first, *(_at(samples, share) for share in (0.25, 0.5, 0.75)), last]
    if any(one is other for one, other in [(begin, end), *pairwise(quarters)]):
        raise TooFewError
    return {
        "events_per_second": _rate(begin, end),
        "cpu_us_per_event": _cost(begin.cpu, end.cpu, begin, end),
        **{
            f"{name}_cpu_us_per_event": _cost(begin.servers[name], end.servers[name], begin, end)
            for name in end.servers
        },
        "cpu_share": (end.cpu - begin.cpu) / (end.at - begin.at),
        "others_cores": (end.others - begin.others) / (end.at - begin.at),
        "measured_events": end.committed - begin.committed,
        "measured_seconds": end.at - begin.at,
        "whole_events_per_second": _rate(first, last),
        "whole_cpu_us_per_event": _cost(first.cpu, last.cpu, first, last),
        **{f"quarter_{number}_per_second": _rate(*pair) for number, pair in enumerate(pairwise(quarters), 1)},
        **{
            f"quarter_{number}_cpu_us_per_event": _cost(one.cpu, other.cpu, one, other)
            for number, (one, other) in enumerate(pairwise(quarters), 1)
        },
        "first_commit_seconds": first.at - started,
        "wall_seconds": last.at - started,
        "cpu_seconds": last.cpu,
        "peak_rss_mb": peak,
    }


def _at(samples: Sequence[Sample], share: float) -> Sample:
    return next(sample for sample in samples if sample.committed >= share * samples[-1].committed)


def _rate(first: Sample, last: Sample) -> float:
    return (last.committed - first.committed) / (last.at - first.at)


def _cost(before: float, after: float, first: Sample, last: Sample) -> float:
    return (after - before) / (last.committed - first.committed) * 1e6


def _cpu_of_all(peer: psutil.Process) -> float:
    times = peer.cpu_times()
    total = _cpu(peer) + times.children_user + times.children_system
    for child in peer.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += _cpu(child)
    return total


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _peak_mb(peer: psutil.Process) -> float:
    total = 0.0
    for process in (peer, *peer.children(recursive=True)):
        with suppress(OSError, psutil.NoSuchProcess):
            total += status_mb("VmHWM", process.pid)
    return total
