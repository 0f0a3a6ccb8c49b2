"""Ids of runs, as origins name them; `services.domain.statements.connector_of` reads the connector's id out of one."""

import secrets
from datetime import UTC, datetime

__all__ = ["new_run"]


def new_run(connector: str) -> str:
    """Make the id of a run of a connector."""
    return f"{connector}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
