"""What errors of the Kafka client mean for the person who publishes."""

from kafka.errors import InvalidProducerEpochError, KafkaError, ProducerFencedError, RetriableError

from creditbus.connectors.errors import PublishError
from creditbus.connectors.publish import messages
from creditbus.topics import messages as shared

__all__ = ["stopped", "unreachable"]

_TAKEN_OVER = (InvalidProducerEpochError, ProducerFencedError)


def unreachable(servers: str) -> PublishError:
    """Say that no broker answers."""
    return PublishError(shared.AT_KAFKA(servers=servers), shared.DOES_NOT_ANSWER(), shared.IS_IT_RUNNING())


def stopped(error: KafkaError, servers: str) -> PublishError:
    """Say what an error of the client means for the person who publishes."""
    # what is sent after that fails by another error, which has this one among its arguments
    if any(isinstance(one, _TAKEN_OVER) for one in (error, *error.args)):
        return PublishError("connector", messages.TAKEN_OVER(), messages.ONE_AT_A_TIME())
    if isinstance(error, RetriableError):
        return unreachable(servers)
    problem = messages.STOPPED(name=type(error).__name__, error=error)
    return PublishError(shared.AT_KAFKA(servers=servers), problem, messages.NOTHING_LOST())
