"""Where Prometheus finds metrics."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server

from creditbus.services.worker import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.system_errors import reason_of

__all__ = ["serve_metrics"]


def serve_metrics(port: int, registry: CollectorRegistry = REGISTRY) -> None:
    """Serve the metrics of a registry over HTTP from now on, in a thread of its own.

    Raises:
        ConfigurationError: the port is taken, or this account may not use it.

    """
    try:
        start_http_server(port, registry=registry)
    except OSError as error:
        problem = messages.PORT_TAKEN(port=port, strerror=reason_of(error))
        raise ConfigurationError("--metrics-port", problem, messages.CHOOSE_A_PORT()) from error
