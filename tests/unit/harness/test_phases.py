"""How long a soak is idle and loaded."""

import pytest

from tests.harness.phases import IDLE, LOAD, LONGEST_TIMER_SECONDS, phases


@pytest.mark.parametrize("minutes", [70, 75, 90, 120, 240, 24 * 60])
def test_from_seventy_minutes_on_every_idle_stretch_outlasts_every_timer(minutes: int) -> None:
    plan = phases(minutes * 60)
    idle = [phase.seconds for phase in plan if phase.kind == IDLE]
    assert len(idle) >= 2
    assert min(idle) > LONGEST_TIMER_SECONDS


@pytest.mark.parametrize("minutes", [1, 10, 70, 24 * 60])
def test_idle_and_load_take_turns_and_fill_the_time(minutes: int) -> None:
    plan = phases(minutes * 60)
    assert [phase.kind for phase in plan] == [IDLE, LOAD] * (len(plan) // 2)
    assert len(plan) >= 4
    assert min(phase.seconds for phase in plan) > 0
    assert sum(phase.seconds for phase in plan) == pytest.approx(minutes * 60)
