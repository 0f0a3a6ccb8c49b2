"""What counts as standing still, and for how long."""

from dataclasses import replace

import pytest

from creditbus.services.engine.run.watchdog import StageFacts, Watchdog

LIMIT = 60.0
WELL = StageFacts(member=True, assigned=4, ready=4, behind=0, activity=7, dependency="")


class World:
    """A watchdog whose clock a test moves on, a second a look."""

    def __init__(self) -> None:
        self.now = 0.0
        self.dog = Watchdog(LIMIT, lambda: self.now)

    def after(self, seconds: float, facts: StageFacts, **moving: int) -> str:
        """Look each second; return the last answer. `moving`: what grows from look to look."""
        answer = ""
        for step in range(int(seconds)):
            self.now += 1
            grown = {name: getattr(facts, name) + step * by for name, by in moving.items()}
            answer = self.dog.look(replace(facts, **grown))
        return answer


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"member": False, "assigned": 0, "ready": 0}, "no member of its consumer group"),
        ({"ready": 3}, "1 of its 4 lanes are not ready"),
        ({"behind": None}, "does not say how much waits"),
        ({"behind": 5}, "5 records wait and it commits nothing"),
    ],
)
def test_what_lasts_for_the_limit_is_said(world: World, change: dict[str, object], words: str) -> None:
    facts = replace(WELL, **change)  # type: ignore[arg-type] # the cases above are of the right types
    world.after(5, WELL)
    assert world.after(LIMIT, facts) == ""
    assert words in world.after(2, facts)


def test_a_stage_with_nothing_to_do_is_well(world: World) -> None:
    assert world.after(10 * LIMIT, WELL) == ""


def test_a_stage_of_which_others_have_all_lanes_is_well(world: World) -> None:
    assert world.after(10 * LIMIT, replace(WELL, assigned=0, ready=0)) == ""


@pytest.mark.parametrize("change", [{"behind": 500_000}, {"ready": 0, "behind": 500_000}])
def test_what_moves_on_is_not_still_however_long_it_takes(world: World, change: dict[str, int]) -> None:
    assert world.after(10 * LIMIT, replace(WELL, **change), activity=1) == ""  # type: ignore[arg-type] # as above


def test_who_waits_for_something_that_is_away_is_left_alone(world: World) -> None:
    assert world.after(10 * LIMIT, replace(WELL, ready=0, behind=5, dependency="redis")) == ""


def test_its_time_begins_when_what_was_away_is_back(world: World) -> None:
    world.after(10 * LIMIT, replace(WELL, behind=5, dependency="redis"))
    assert world.after(LIMIT, replace(WELL, behind=5)) == ""
    assert world.after(2, replace(WELL, behind=5)) != ""


def test_a_process_that_was_frozen_has_its_time_again(world: World) -> None:
    world.after(LIMIT - 1, replace(WELL, behind=5))
    world.now += 10 * LIMIT
    assert world.after(LIMIT, replace(WELL, behind=5)) == ""
    assert world.after(2, replace(WELL, behind=5)) != ""


def test_an_excuse_gives_it_its_time_again(world: World) -> None:
    assert world.after(LIMIT + 2, replace(WELL, behind=5)) != ""
    world.dog.excuse()
    assert world.after(LIMIT, replace(WELL, behind=5)) == ""
