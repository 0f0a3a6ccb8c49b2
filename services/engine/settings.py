"""Settings of a stage's engine."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EngineSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How the engine talks to Kafka; the defaults are what was measured to be good.

    Attributes:
        application: prefix of group ids, transactional ids and store keys.
        bootstrap_servers: Kafka, `host:port[,host:port]`.
        data_directory: where Faust may keep files of its own; it needs none of them.
        instance: name of this worker slot for static membership; empty: dynamic membership.
        batch_records: most records that one transaction reads.
        output_records: about the most that it writes, where a stage writes many for each that it reads.
        queue_records: records of a stage that wait before lanes which have their share are no longer fetched.
        fetch_wait_ms: longest wait of a fetch for data; a partition that becomes readable while a
            fetch is under way waits for it, so this bounds latency at low load.
        session_timeout_seconds: how long a dead worker keeps its partitions.
        heartbeat_seconds: interval of the group heartbeat.
        rebalance_timeout_seconds: how long a frozen worker can hold up a rebalance.
        transaction_timeout_seconds: after this the broker aborts an open transaction.
        watchdog_seconds: after this a batch is given up and its lane acquired again; less than
            the transaction's time-out.
        checkpoint_seconds: how often an owner looks whether the store still is where it left it, traffic or none.
        stall_seconds: how long a stage may stand still without a known reason before its worker ends.
        idle_seconds: after so long without records a lane commits positions behind mere markers of transactions.
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
        if self.watchdog_seconds >= self.transaction_timeout_seconds:
            message = (
                f"watchdog_seconds ({self.watchdog_seconds}) must be less than "
                f"transaction_timeout_seconds ({self.transaction_timeout_seconds})"
            )
            raise ValueError(message)
        if self.queue_records < self.batch_records:
            message = f"queue_records ({self.queue_records}) must not be less than batch_records ({self.batch_records})"
            raise ValueError(message)

    def batch_of(self, fan: int) -> int:
        """Return the most records that a transaction reads of a stage that may write `fan` records for each."""
        return max(1, min(self.batch_records, self.output_records // fan))
