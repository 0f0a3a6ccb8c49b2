"""Data quality for Prometheus. The labels are bounded: departments, figures, statistics."""

from __future__ import annotations

from typing import Final, get_args

from prometheus_client import CollectorRegistry, Gauge

from creditbus.services.domain.quality import Timing
from creditbus.services.query.quality import QualityReport
from creditbus.services.query.returned import Status

__all__ = [
    "NOT_JUDGED",
    "OPEN_OBJECTIONS",
    "QUALITY_RATIO",
    "REGISTRY",
    "REJECTED_ROWS",
    "REJECT_FIX_SECONDS",
    "set_quality",
]

REGISTRY: Final = CollectorRegistry()

QUALITY_RATIO: Final = Gauge(
    "creditbus_quality_ratio",
    "Figures of data quality over the period shown: storage, compliance, completeness, timeliness, lateness, "
    "reporting. A figure without anything to divide by has no sample.",
    ["department", "figure"],
    registry=REGISTRY,
)
NOT_JUDGED: Final = Gauge(
    "creditbus_quality_not_judged_records",
    "Records received in the period that timeliness leaves out, by reason: amended (the day on which the first content "
    "came is not kept), uncovered (the working days of a year are not known).",
    ["department", "reason"],
    registry=REGISTRY,
)
OPEN_OBJECTIONS: Final = Gauge(
    "creditbus_open_objections",
    "Records of a department under an objection that is not answered, by how it stands to its clock today: in_time, "
    "overdue, unknown (its day, a rule or the working days of a year are not known).",
    ["department", "standing"],
    registry=REGISTRY,
)
REJECTED_ROWS: Final = Gauge(
    "creditbus_rejected_rows",
    "Refused rows that the reject topic still holds, by status: open, fixed, replaced.",
    ["department", "status"],
    registry=REGISTRY,
)
REJECT_FIX_SECONDS: Final = Gauge(
    "creditbus_reject_fix_seconds",
    "Seconds from a refusal to the correction that was accepted: median (0.5) and ninth decile (0.9).",
    ["department", "quantile"],
    registry=REGISTRY,
)

_QUANTILES: Final = {"0.5": "p50", "0.9": "p90"}


def set_quality(report: QualityReport) -> None:
    """Show a report in place of the one before."""
    for gauge in (QUALITY_RATIO, NOT_JUDGED, OPEN_OBJECTIONS, REJECTED_ROWS, REJECT_FIX_SECONDS):
        gauge.clear()
    for name, quality in report.departments.items():
        facts = quality.as_json()
        for figure, value in facts["figures"].items():
            if value is not None:
                QUALITY_RATIO.labels(name, figure).set(value)
        for timing in (Timing.AMENDED, Timing.UNCOVERED):
            NOT_JUDGED.labels(name, timing.value).set(facts["counts"][timing.value])
        for standing, count in facts["open_objections"].items():
            OPEN_OBJECTIONS.labels(name, standing).set(count)
        for status in get_args(Status):
            REJECTED_ROWS.labels(name, status).set(sum(row.status == status for row in quality.returned))
        if facts["seconds_to_fix"] is not None:
            for quantile, key in _QUANTILES.items():
                REJECT_FIX_SECONDS.labels(name, quantile).set(facts["seconds_to_fix"][key])
