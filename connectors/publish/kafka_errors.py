"""What errors of the Kafka client mean for the person who publishes."""

from kafka.errors import KafkaError, ProducerFencedError, RetriableError

from creditbus.connectors.errors import PublishError

__all__ = ["stopped", "unreachable"]


def unreachable(servers: str) -> PublishError:
    """Say that no broker answers."""
    return PublishError(
        f"Kafka at {servers}", "does not answer", "is it running? `creditbus status` shows local servers"
    )


def stopped(error: KafkaError, servers: str) -> PublishError:
    """Say what an error of the client means for the person who publishes."""
    if isinstance(error, ProducerFencedError):
        return PublishError("connector", "another process has taken over this connector", "let only one run at a time")
    if isinstance(error, RetriableError):
        return unreachable(servers)
    problem = f"publishing stopped: {type(error).__name__}: {error}"
    return PublishError(f"Kafka at {servers}", problem, "run again: nothing is lost, nothing is sent twice")
