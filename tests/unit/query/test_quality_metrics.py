"""Figures of data quality as Prometheus sees them."""

from __future__ import annotations

from datetime import date

from prometheus_client import generate_latest

from creditbus.services.domain.quality import ItemCounts, Timing
from creditbus.services.query.quality import DateRange, DepartmentQuality, QualityReport
from creditbus.services.query.quality_metrics import REGISTRY, set_quality

_PERIOD = DateRange(date(2018, 1, 1), date(2018, 1, 31))


def _shown(**items: ItemCounts) -> set[str]:
    report = QualityReport(_PERIOD, {"court": DepartmentQuality("court", items)}, {})
    set_quality(report)
    return {line for line in generate_latest(REGISTRY).decode().splitlines() if not line.startswith("#")}


def test_a_report_takes_the_place_of_the_one_before() -> None:
    first = _shown(a=ItemCounts(received=4, applied=3, refused=1), b=ItemCounts())
    assert 'creditbus_quality_ratio{department="court",figure="storage"} 0.75' in first
    assert 'creditbus_quality_ratio{department="court",figure="completeness"} 0.5' in first
    assert not any("timeliness" in line for line in first)
    second = _shown(a=ItemCounts())
    assert not any("storage" in line for line in second)
    assert 'creditbus_rejected_rows{department="court",status="open"} 0.0' in second


def test_records_that_are_not_judged_are_shown_by_reason() -> None:
    timing = {**dict.fromkeys(Timing, 0), Timing.AMENDED: 3, Timing.UNCOVERED: 5}
    shown = _shown(a=ItemCounts(timing=timing))
    assert 'creditbus_quality_not_judged_records{department="court",reason="amended"} 3.0' in shown
    assert 'creditbus_quality_not_judged_records{department="court",reason="uncovered"} 5.0' in shown


def test_a_report_names_the_items_of_which_nothing_came() -> None:
    facts = DepartmentQuality("court", {"a": ItemCounts(received=1), "b": ItemCounts(received=1, repeated=1)}).as_json()
    assert facts["missing_items"] == ["b"]


def test_a_period_holds_both_its_ends() -> None:
    assert _PERIOD.holds(date(2018, 1, 31))
    assert not _PERIOD.holds(date(2018, 2, 1))
