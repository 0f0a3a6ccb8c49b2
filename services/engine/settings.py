"""Settings of a stage's engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Final

from creditbus.services.engine import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import suggestion

__all__ = ["TUNABLE", "EngineSettings", "tuned"]

_LESS: Final = (("watchdog_seconds", "transaction_timeout_seconds"), ("heartbeat_seconds", "session_timeout_seconds"))
_AT_MOST: Final = (("batch_records", "queue_records"), ("pause_seconds", "pause_max_seconds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How the engine talks to Kafka; the defaults are what was measured to be good.

    Attributes:
        application: prefix of group ids, transactional ids and store keys.
        bootstrap_servers: Kafka, `host:port[,host:port]`.
        data_directory: where Faust may keep files of its own; it needs none of them.
        instance: name of this worker slot for static membership; empty: dynamic membership.
        batch_records: maximum number of records that one transaction reads.
        output_records: about the maximum that it writes, where a stage writes several for each that it reads.
        queue_records: maximum number of fetched records that wait per stage; above it only lanes with less than their
            share are fetched.
        fetch_wait_ms: longest wait of a fetch for data; a partition that becomes readable while a
            fetch is under way waits for it, so this bounds latency at low load.
        session_timeout_seconds: how long a dead worker keeps its partitions.
        heartbeat_seconds: interval of the group heartbeat.
        rebalance_timeout_seconds: how long a frozen worker can hold up a rebalance.
        transaction_timeout_seconds: after this the broker aborts an open transaction.
        watchdog_seconds: after this a batch is given up and its lane acquired again; less than
            the transaction's time-out.
        checkpoint_seconds: how often an owner looks whether the store still is where it left it, also without traffic.
        stall_seconds: how long a stage may stand still without a known reason before its worker ends.
        idle_seconds: after this time without records a lane commits its position after the markers of transactions.
        retry_backoff_ms: pause of the producer before it repeats a request.
        pause_seconds: first pause when a dependency is down; doubled up to `pause_max_seconds`.
        pause_max_seconds: longest such pause.

    Raises:
        ValueError: a setting contradicts another; names both.

    """

    application: str = "creditbus"
    bootstrap_servers: str = "127.0.0.1:9092"
    data_directory: str = ""
    instance: str = ""
    batch_records: int = 4000
    output_records: int = 20_000
    queue_records: int = 12000
    fetch_wait_ms: int = 25
    session_timeout_seconds: float = 6.0
    heartbeat_seconds: float = 1.0
    rebalance_timeout_seconds: float = 12.0
    transaction_timeout_seconds: float = 15.0
    watchdog_seconds: float = 10.0
    checkpoint_seconds: float = 5.0
    stall_seconds: float = 60.0
    idle_seconds: float = 5.0
    retry_backoff_ms: int = 10
    pause_seconds: float = 0.1
    pause_max_seconds: float = 5.0

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        for lesser, greater in _LESS:
            if getattr(self, lesser) >= getattr(self, greater):
                raise ValueError(messages.MUST_BE_LESS(**self._pair(lesser, greater)))
        for lesser, greater in _AT_MOST:
            if getattr(self, lesser) > getattr(self, greater):
                raise ValueError(messages.MUST_NOT_BE_MORE(**self._pair(lesser, greater)))

    def _pair(self, lesser: str, greater: str) -> dict[str, str]:
        return {name: f"{one} ({getattr(self, one)})" for name, one in (("lesser", lesser), ("greater", greater))}

    def batch_of(self, outputs: int) -> int:
        """Return the most records that a transaction reads of a stage that may write `outputs` records for each."""
        return max(1, min(self.batch_records, self.output_records // outputs))


#: The settings that `creditbus worker --set` can change; where the bus is and how a worker is named come otherwise.
TUNABLE: Final = tuple(
    one.name for one in fields(EngineSettings) if isinstance(one.default, (int, float)) and one.name != "stall_seconds"
)


def tuned(settings: EngineSettings, assignments: Iterable[str]) -> EngineSettings:
    """Return the settings with some changed, each named as `name=value`; of one that stands twice the last counts.

    Raises:
        ConfigurationError: there is no such setting, its value is not a number above 0, or it contradicts another.

    """
    changes = dict(_read(settings, assignment) for assignment in assignments)
    try:
        return replace(settings, **changes)  # type: ignore[arg-type] # _read made each of its own type
    except ValueError as error:
        raise ConfigurationError("--set", error.args[0], messages.CHANGE_ONE()) from error


def _read(settings: EngineSettings, assignment: str) -> tuple[str, int | float]:
    name, equals, text = (part.strip() for part in assignment.partition("="))
    if name not in TUNABLE:
        raise ConfigurationError(f"--set {name}", messages.NOT_A_SETTING(), suggestion(name, TUNABLE))
    default: int | float = getattr(settings, name)
    try:
        value = type(default)(text)
    except ValueError:
        value = 0
    if not equals or not 0 < value < float("inf"):
        kind = messages.WHOLE_NUMBER() if isinstance(default, int) else messages.NUMBER()
        raise ConfigurationError(
            f"--set {name}", messages.NEEDS_ABOVE_0(kind=kind, text=text), messages.SUCH_AS(name=name, default=default)
        )
    return name, value
