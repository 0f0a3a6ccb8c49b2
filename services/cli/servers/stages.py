"""The stages in `creditbus status`: who works, what waits, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from creditbus.services.cli.console import OUTPUT
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.messages import servers as messages

if TYPE_CHECKING:
    from creditbus.services.query.stages import StageStatus

__all__ = ["show_stages"]

_HEADINGS: Final = (messages.WORKERS, messages.LANES, messages.LAG_RECORDS, messages.LAG_SECONDS)


def show_stages(stages: Sequence[StageStatus]) -> None:
    """Print a line for each stage, and one for each that needs somebody."""
    if not stages:
        return
    headings = [spoken(heading) for heading in _HEADINGS]
    print_figures(spoken(messages.STAGE), headings, [TableRow(stage.stage, _cells(stage)) for stage in stages])
    for line in _problems(stages):
        OUTPUT.print(line, soft_wrap=True, markup=False)


def _cells(stage: StageStatus) -> list[str]:
    most = "" if stage.exact else "≤ "
    return [str(stage.workers), f"{stage.lanes}/{stage.of}", f"{most}{stage.records:,}", f"{stage.seconds:,.0f}"]


def _problems(stages: Sequence[StageStatus]) -> Iterator[str]:
    from creditbus.services.query.stages import StageProblem

    idle = [stage.stage for stage in stages if stage.problem == StageProblem.NO_WORKER]
    if idle:
        names = listed(idle)
        yield spoken(messages.NO_WORKER, names=names)
    for stage in stages:
        if stage.problem == StageProblem.LANES_FREE:
            free = stage.of - stage.lanes
            yield spoken(messages.LANES_FREE, stage=stage.stage, free=free)
        elif stage.problem == StageProblem.LATE:
            yield spoken(messages.LATE, stage=stage.stage, seconds=stage.seconds)
