"""What errors of the client mean for the person who publishes."""

import pytest
from kafka.errors import InvalidProducerEpochError, KafkaError, KafkaTimeoutError, ProducerFencedError

from creditbus.connectors.publish.kafka_errors import stopped


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ProducerFencedError(), "connector: another process has taken over this connector"),
        (InvalidProducerEpochError(), "connector: another process has taken over this connector"),
        (
            KafkaError("Cannot perform send", ProducerFencedError()),
            "connector: another process has taken over this connector",
        ),
        (KafkaTimeoutError("expired"), "Kafka at here:1: does not answer"),
        (KafkaError("odd"), "Kafka at here:1: publishing stopped: KafkaError"),
    ],
)
def test_an_error_is_said_as_what_it_is(error: KafkaError, said: str) -> None:
    assert str(stopped(error, "here:1")).startswith(said)
