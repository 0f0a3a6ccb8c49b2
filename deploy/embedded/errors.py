"""What can go wrong with a local server."""

from __future__ import annotations

from creditbus.topics.errors import UserError

__all__ = ["ServerError"]


class ServerError(UserError):
    """A local server could not be fetched, started or stopped. `place` is its name; `fix` says where its log is."""
