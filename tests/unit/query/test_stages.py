"""When a stage needs somebody."""

from dataclasses import replace

import pytest

from creditbus.services.query.stages import LATE_SECONDS, StageProblem, StageStatus

WELL = StageStatus("intake", workers=2, lanes=4, of=4, records=0, exact=True, seconds=0.0)


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (WELL, None),
        (replace(WELL, records=900_000, exact=False, seconds=LATE_SECONDS), None),
        (replace(WELL, records=1, seconds=LATE_SECONDS + 1), StageProblem.LATE),
        (replace(WELL, lanes=3), StageProblem.LANES_FREE),
        (replace(WELL, workers=0, lanes=0), StageProblem.NO_WORKER),
        (replace(WELL, workers=0, lanes=0, records=1, seconds=900.0), StageProblem.NO_WORKER),
    ],
)
def test_what_is_wrong_with_a_stage(state: StageStatus, problem: StageProblem | None) -> None:
    assert state.problem == problem
    assert state.as_json()["problem"] == problem
