"""What an operator does by the runbook while a campaign runs: a broker whose groups let nobody in is started again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from creditbus.deploy.embedded import Cluster

__all__ = ["Operator"]

_LOOK_SECONDS: Final = 1.0
_ACCEPTS_NOTHING: Final = b"No in-memory snapshot for epoch"
"""After this line in a broker's log a group of it is out of order until the broker is started again, whatever clients
do (docs/adr/0013-kafka-version.md, docs/runbooks/group-stuck.md)."""


class Operator(threading.Thread):
    """Reads the brokers' logs.

    Args:
        cluster: of the brokers.
        brokers: their names.
        heard: hears of each broker that is started again.

    Attributes:
        restarts: how many were.
        failed: what went wrong, and it looks no more.

    """

    def __init__(self, cluster: Cluster, brokers: Sequence[str], heard: Callable[[str], None]) -> None:
        super().__init__(name="operator", daemon=True)
        self.restarts = 0
        self.failed: list[str] = []
        self._cluster = cluster
        self._heard = heard
        self._logs = {name: cluster.home / "logs" / f"{name}.log" for name in brokers}
        self._read = dict.fromkeys(brokers, 0)
        self._hands = threading.Lock()
        self._ended = threading.Event()

    def run(self) -> None:
        """Look until the end."""
        try:
            while not self._ended.wait(_LOOK_SECONDS):
                with self._hands:
                    self._look()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the campaign must hear of it
            self.failed.append(repr(error))

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        if self.is_alive():
            self.join()

    @contextmanager
    def hands_off(self) -> Iterator[None]:
        """Leave the brokers to a fault."""
        with self._hands:
            yield

    def _look(self) -> None:
        for name, log in self._logs.items():
            if self._says_so(name):
                self._heard(f"  {name}: a group was loaded twice and accepts nothing; the operator starts it again")
                self._cluster.restart(name)
                # what it said on its way down is over
                self._read[name] = log.stat().st_size
                self.restarts += 1

    def _says_so(self, name: str) -> bool:
        with self._logs[name].open("rb") as log:
            log.seek(self._read[name])
            said = log.read()
        # the line may not be whole yet
        self._read[name] += max(0, len(said) - len(_ACCEPTS_NOTHING))
        return _ACCEPTS_NOTHING in said
