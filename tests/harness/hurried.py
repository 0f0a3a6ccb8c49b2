"""The command with the intervals of its Kafka clients a fiftieth of what they are: ``python -m tests.harness.hurried``.

Those of the consumer that Faust's settings know come from the environment; here is what nothing else can express.
"""

from typing import Any

from aiokafka.client import AIOKafkaClient

from creditbus.services.cli.main import main
from creditbus.services.engine.produce import brokers
from creditbus.services.engine.run import app

__all__ = ["ENVIRONMENT", "FASTER"]

FASTER = 50

#: By default 1,000 s and 540 s.
ENVIRONMENT = {"BROKER_MAX_POLL_INTERVAL": "20", "CONSUMER_CONNECTIONS_MAX_IDLE_MS": "10800"}

_METADATA_MS = 300_000


def _hurry() -> None:
    defaults: dict[str, Any] = AIOKafkaClient.__init__.__kwdefaults__
    assert defaults["metadata_max_age_ms"] == _METADATA_MS
    defaults["metadata_max_age_ms"] = _METADATA_MS // FASTER
    brokers._IDLE_MS //= FASTER
    app._METADATA_MS //= FASTER


if __name__ == "__main__":
    _hurry()
    raise SystemExit(main())
