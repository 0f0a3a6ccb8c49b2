"""A server that takes connections and never answers."""

from __future__ import annotations

import socket
import threading

__all__ = ["Silent"]


class Silent:
    """A server that takes connections and requests and never answers: frozen, overloaded, or on a bad cable."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._kept: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                self._kept.append(self._server.accept()[0])
            except OSError:
                return

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.getsockname()[1]}"

    def was_asked(self) -> bool:
        return bool(self._kept)

    def close(self) -> None:
        self._server.close()
        for one in self._kept:
            one.close()
