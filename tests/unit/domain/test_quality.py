from __future__ import annotations

from datetime import date

import pytest

from creditbus.services.domain.quality import Declared, ItemCounts, Timing, figures, timing_of, total
from creditbus.services.domain.working_days import Uncovered

_COUNTS = ItemCounts(
    received=100, repeated=20, persons=5, refused=10, replaced=4, applied=60, waiting=5,
    timing={**dict.fromkeys(Timing, 0), Timing.TIMELY: 45, Timing.LATE: 15, Timing.AMENDED: 3},
    declared=[Declared(date(2018, 1, 1), date(2018, 1, 31), 80, 60)],
)  # fmt: skip


def test_figures_are_of_what_was_brought_forward() -> None:
    assert (_COUNTS.provided, _COUNTS.open) == (71, 6)
    found = figures(_COUNTS, provided_items=1, entitled_items=4)
    assert found.storage == pytest.approx(60 / 71, abs=1e-4)
    assert found.compliance == pytest.approx(65 / 71, abs=1e-4)
    assert found.completeness == 0.25
    assert (found.timeliness, found.lateness) == (0.75, 0.25)
    assert found.reporting == 0.75


def test_nothing_to_divide_by_is_no_figure() -> None:
    found = figures(ItemCounts())
    assert {getattr(found, name) for name in found.__dataclass_fields__} == {None}


def test_a_file_that_is_sent_again_changes_no_figure() -> None:
    again = ItemCounts(received=100, repeated=100)
    both = total([_COUNTS, again])
    assert figures(both) == figures(_COUNTS)


@pytest.mark.parametrize(
    ("received", "amended", "timing"),
    [
        (date(2018, 3, 14), False, Timing.TIMELY),
        (date(2018, 3, 15), False, Timing.LATE),
        (date(2018, 3, 14), True, Timing.TIMELY),
        (date(2018, 3, 15), True, Timing.AMENDED),
    ],
)
def test_a_record_is_in_time_until_the_end_of_its_due_date(received: date, timing: Timing, *, amended: bool) -> None:
    assert timing_of(date(2018, 3, 14), received, amended=amended) is timing


def test_a_record_without_a_known_due_date_is_not_judged() -> None:
    assert timing_of(Uncovered(2012), date(2012, 3, 6), amended=False) is Timing.UNCOVERED
