"""The stages in `creditbus status`: who works, what waits, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from creditbus.services.cli.console import OUTPUT
from creditbus.services.cli.figures import Figures, print_figures
from creditbus.services.cli.language import told

if TYPE_CHECKING:
    from creditbus.services.query.stages import StageState

__all__ = ["show_stages"]

_HEADINGS: Final[Mapping[str, str]] = {
    "workers": "工作进程",
    "lanes": "通道",
    "lag, records": "积压条数",
    "lag, seconds": "积压秒数",
}


def show_stages(stages: Sequence[StageState]) -> None:
    """Print a line for each stage, and one for each that needs somebody."""
    if not stages:
        return
    headings = [told(zh, en) for en, zh in _HEADINGS.items()]
    print_figures(told("环节", "stage"), headings, [Figures(stage.stage, _cells(stage)) for stage in stages])
    for line in _problems(stages):
        OUTPUT.print(line, soft_wrap=True, markup=False)


def _cells(stage: StageState) -> list[str]:
    most = "" if stage.exact else "≤ "
    return [str(stage.workers), f"{stage.lanes}/{stage.of}", f"{most}{stage.records:,}", f"{stage.seconds:,.0f}"]


def _problems(stages: Sequence[StageState]) -> Iterator[str]:
    from creditbus.services.query.stages import StageProblem

    idle = [stage.stage for stage in stages if stage.problem == StageProblem.NO_WORKER]
    if idle:
        names = told("、", ", ").join(idle)
        yield told(
            f"! {names}：没有工作进程；用 `creditbus worker` 启动",
            f"! no worker runs {names}; start one with `creditbus worker`",
        )
    for stage in stages:
        if stage.problem == StageProblem.LANES_FREE:
            free = stage.of - stage.lanes
            yield told(
                f"! {stage.stage}：{free} 个通道暂无工作进程；一分钟后仍如此，见 docs/runbooks/group-stuck.md",
                f"! {stage.stage}: no worker has {free} of its lanes; if that lasts a minute, see "
                "docs/runbooks/group-stuck.md",
            )
        elif stage.problem == StageProblem.LATE:
            yield told(
                f"! {stage.stage}：最早一条已等待 {stage.seconds:,.0f} 秒；见 docs/runbooks/stage-stalled.md",
                f"! {stage.stage}: the oldest record has waited for {stage.seconds:,.0f} s; see "
                "docs/runbooks/stage-stalled.md",
            )
