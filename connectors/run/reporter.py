"""How a run shows itself while it goes on."""

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

__all__ = ["BarReporter", "Reporter", "SilentReporter"]


class Reporter(Protocol):
    """Is called with how far a run has come; any number of runs may follow each other."""

    def start(self, label: str, total: int | None, done: int) -> None:
        """Begin a run of ``total`` rows (``None``: not known), of which earlier runs have done some."""

    def advance(self, rows: int) -> None:
        """Tell of rows that are committed."""

    def finish(self) -> None:
        """End the run, successfully or not."""


class SilentReporter:
    """Shows nothing."""

    def start(self, label: str, total: int | None, done: int) -> None:
        """Do nothing."""

    def advance(self, rows: int) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} rows/s" if speed else "", style="progress.data.speed")


class BarReporter:
    """Progress bars with rows, rate and time left. Shows nothing where the console is not a terminal.

    Use as a context manager, around as many runs as there are.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def start(self, label: str, total: int | None, done: int) -> None:
        """Show a bar."""
        self._task = self._progress.add_task(label, total=total, completed=done)

    def advance(self, rows: int) -> None:
        """Move the bar."""
        self._progress.advance(self._task, rows)

    def finish(self) -> None:
        """Leave the bar full: a total that was an estimate becomes what was there."""
        task = self._progress.tasks[self._progress.task_ids.index(self._task)]
        self._progress.update(self._task, total=task.completed)
