"""Runs a connector again and again: every few seconds, where its source has changed since."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from creditbus.connectors.errors import PublishError, SourceError
from creditbus.connectors.run.reporter import SilentReporter
from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.run.summary import RunSummary
from creditbus.connectors.setup.configuration import Connector
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError

__all__ = ["Cycle", "StoppedError", "StoppingReporter", "watch"]


class StoppedError(Exception):
    """A run was asked to stop, and did so between two transactions."""


class StoppingReporter(SilentReporter):
    """Stops a run after the transaction that is committed when it is asked to.

    Args:
        stopped: whether it is asked to.
    """

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped

    def advance(self, rows: int) -> None:
        """Take note of committed rows.

        Raises:
            StoppedError: that is enough.
        """
        del rows
        if self._stopped():
            raise StoppedError


@dataclass(frozen=True, slots=True)
class Cycle:
    """One look at the source that had something to tell.

    Attributes:
        summary: of a run; None where there was none.
        error: the line of an error that may pass.
        moved: where the bus is from now on; None where it is where it was.
    """

    summary: RunSummary | None
    error: str = ""
    moved: Connection | None = None


def watch(
    connector: Connector,
    connection: Connection,
    wait: Callable[[], bool],
    *,
    run: Callable[[Connector, Connection], RunSummary] = run_connector,
) -> Iterator[Cycle]:
    """Run now, then after each wait in which the source has changed.

    What may pass by itself (a file that is being replaced, a broker that is away) ends nothing: it is reported once,
    and tried again at the next look. A local bus that has come back at other addresses is followed.

    Args:
        connector: the connector.
        connection: where the bus is at first.
        wait: waits until the next look; false: stop.
        run: publishes.

    Raises:
        UserError: what does not pass by itself, such as a topic that is not there.
    """
    published: str | None = None
    told = ""
    while True:
        if (moved := connection.moved()) is not None:
            connection, told = moved, ""
            yield Cycle(None, moved=moved)
        try:
            version = connector.open().version()
            if not version or version != published:
                summary = run(connector, connection)
                published, told = version, ""
                if summary.rows or version:
                    yield Cycle(summary)
        except (SourceError, PublishError, UnavailableError) as error:
            if error.text() != told:
                told = error.text()
                yield Cycle(None, told)
        except StoppedError:
            return
        if not wait():
            return
