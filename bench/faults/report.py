"""What a campaign came to: a table for people, a file for machines."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from faults.result import Fault, Result

from tests.harness.problem import DOUBLED, FOREIGN, LOST, MISSING, SURPLUS, WRONG, Problem

__all__ = ["document", "failed", "table", "write"]

_SHOWN = 20


def document(results: Sequence[Result], seed: int, machine: dict[str, object], *, complete: bool) -> dict[str, Any]:
    """Return the facts; `lost` and `doubled` are null while nothing was checked."""
    faults = [fault for result in results for fault in result.faults]
    checked = bool(results) and all(result.checked for result in results)
    problems = [problem for result in results for problem in result.problems]

    def cases(kind: str) -> int | None:
        return sum(problem.cases for problem in problems if problem.kind == kind) if checked else None

    return {
        "events": sum(result.events for result in results),
        "faults": len(faults),
        "lost": cases(LOST),
        "doubled": cases(DOUBLED),
        "wrong": cases(WRONG),
        "missing": cases(MISSING),
        "should_not_be_there": cases(SURPLUS),
        "sent_twice_by_foreign_clients": cases(FOREIGN),
        "complete": complete,
        "seconds_to_first_output": _by_kind(faults, lambda fault: fault.first),
        "seconds_to_every_lane": _by_kind(faults, lambda fault: fault.every),
        "seconds_to_repair": _by_kind((fault for fault in faults if fault.repaired), lambda fault: fault.repaired),
        "longest_silence_of_a_lane": _by_kind(faults, lambda fault: fault.silence),
        "seed": seed,
        "stretches": [
            {
                "brokers": result.brokers,
                "events": result.events,
                "faults": len(result.faults),
                "seconds": round(result.seconds),
                "brokers_started_again_by_the_operator": result.restarts,
                "outcomes": dict(sorted(result.counts.items())),
                "changes_of_views": dict(sorted(result.changes.items())),
                "feed_records_for_them": dict(sorted(result.proof.items())),
                "consents_and_codes": dict(sorted(result.turns.items())),
                "passages_of_views": dict(sorted(result.passages.items())),
                "copies": [copy._asdict() for copy in result.copies],
            }
            for result in results
        ],
        "schedule": [
            {
                "kind": fault.kind,
                "brokers": fault.brokers,
                "events_before": fault.events,
                "first_output": round(fault.first, 2),
                "every_lane": round(fault.every, 2),
                "repaired": round(fault.repaired, 2),
            }
            for fault in faults
        ],
        "problems": [str(problem) for problem in problems[:_SHOWN]],
        "machine": machine,
    }


def failed(results: Iterable[Result]) -> bool:
    """Whether anything is lost, doubled or wrong, or was never checked."""
    return any(_harmful(result.problems) or not result.checked for result in results)


def _harmful(problems: Iterable[Problem]) -> bool:
    return any(problem.kind != FOREIGN for problem in problems)


def table(facts: dict[str, Any]) -> str:
    """Lay the facts out for a terminal."""
    lines = [
        f"{'fault':32} {'times':>5}   first output, s     every lane, s   longest silence, s",
        f"{'':32} {'':5}   median   worst     median   worst     median   worst",
    ]
    for kind, first in facts["seconds_to_first_output"].items():
        columns = [first, facts["seconds_to_every_lane"][kind], facts["longest_silence_of_a_lane"][kind]]
        figures = "".join(f"{column['median']:9.2f}{column['worst']:8.2f}  " for column in columns)
        lines.append(f"{kind:32} {first['count']:5}{figures}")
    checked = facts["lost"] is not None
    verdict = _verdict(facts) if checked else "NOT CHECKED"
    lines.append(f"{facts['events']:,} events, {facts['faults']} faults, seed {facts['seed']}: {verdict}")
    lines += [line for stretch in facts["stretches"] for line in _of_views(stretch)]
    if facts["sent_twice_by_foreign_clients"]:
        twice = facts["sent_twice_by_foreign_clients"]
        lines.append(f"{twice} events were sent twice by their departments' own clients, and booked as duplicates")
    return "\n".join(lines + [f"  {problem}" for problem in facts["problems"]])


def _verdict(facts: dict[str, Any]) -> str:
    surplus = facts["should_not_be_there"]
    return (
        f"lost {facts['lost']}, doubled {facts['doubled']}, wrong {facts['wrong']}; of views: missing "
        f"{facts['missing']}, should not be there {surplus}"
    )


def _of_views(stretch: dict[str, Any]) -> Iterable[str]:
    for name in ("changes_of_views", "feed_records_for_them", "consents_and_codes"):
        yield f"{name.replace('_', ' ')}: " + ", ".join(f"{what} {count:,}" for what, count in stretch[name].items())
    if again := stretch["brokers_started_again_by_the_operator"]:
        yield f"brokers that the operator started again, for a group had been loaded twice (ADR 0013): {again}"
    for copy in stretch["copies"]:
        yield (
            f"copy of {copy['subscriber']} in {copy['database']}: {copy['records']:,} records, its reader was killed "
            f"{copy['kills']} times and left {copy['left']:,} to the last run"
        )


def write(facts: dict[str, Any], path: Path) -> None:
    """Write the facts as JSON, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    scratch.replace(path)


def _by_kind(faults: Iterable[Fault], figure: Any) -> dict[str, dict[str, float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for fault in faults:
        found[fault.kind].append(figure(fault))
    return {
        kind: {"median": round(statistics.median(values), 2), "worst": round(max(values), 2), "count": len(values)}
        for kind, values in sorted(found.items())
    }
