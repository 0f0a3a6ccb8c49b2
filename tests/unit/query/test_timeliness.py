from __future__ import annotations

from datetime import date

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.quality import Timing
from creditbus.services.domain.working_days import WorkingCalendar, YearDays
from creditbus.services.query.held_records import HeldRecord
from creditbus.services.query.timeliness import TimelinessJudge

_KNOWN = WorkingCalendar({2018: YearDays(frozenset(), frozenset())})


def test_records_that_need_an_unknown_year_are_counted_by_that_year() -> None:
    """Those decided in an unknown year, and those whose days run from a known into an unknown one."""
    judge = TimelinessJudge(Catalogue.parse(raw_catalogue()), _KNOWN)
    decided = [date(2018, 3, 5), date(2012, 3, 5), date(2012, 9, 3), date(2018, 12, 24), date(2019, 1, 2)]
    received = date(2018, 3, 9)
    judged = [judge(HeldRecord("court", "administrative-penalty", day, received, amended=False)) for day in decided]
    assert judged == [Timing.TIMELY, *[Timing.UNCOVERED] * 4]
    assert judge.uncovered == {2012: 2, 2019: 2}


def test_an_item_without_a_rule_and_a_record_without_a_decision_are_not_judged() -> None:
    catalogue = Catalogue.parse(raw_catalogue())
    judge = TimelinessJudge(catalogue, _KNOWN)
    free = next(item.id for item in catalogue if item.due_working_days is None)
    assert judge(HeldRecord("court", free, date(2012, 3, 5), date(2018, 3, 9), amended=False)) is None
    assert judge(HeldRecord("court", "administrative-penalty", None, date(2018, 3, 9), amended=False)) is None
    assert judge.uncovered == {}
