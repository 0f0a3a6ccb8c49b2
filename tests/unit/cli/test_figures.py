"""Tables of figures at a terminal's usual widths and in a pipe: no figure is ever cut."""

from __future__ import annotations

from typing import Any

import pytest

from creditbus.services.cli import figures
from creditbus.services.cli import main as cli
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.domain.ledger import Bookings, Ledger, Outcome
from creditbus.services.query.accounts import Accounts
from creditbus.services.query.quality import QualityReport

_DEPARTMENT = "administrative-enforcement"
_FILE = "penalties_of_the_second_quarter.csv"
_COUNTS = {
    Outcome.RECEIVED: 1_234_567,
    Outcome.APPLIED: 1_000_000,
    Outcome.DUPLICATE: 200_000,
    Outcome.STALE: 30_000,
    Outcome.REJECTED: 4_000,
    Outcome.HELD: 500,
    Outcome.PARKED: 67,
}
_FIGURES = ["1,234,567", "1,000,000", "200,000", "30,000", "4,000", "500", "67"]
_RATES = ("storage", "compliance", "completeness", "timeliness", "lateness", "reporting")
_RUN = "penalties-20260101T000000-abcdef"


@pytest.fixture(autouse=True)
def bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the commands read."""
    bookings = Bookings()
    for outcome, count in _COUNTS.items():
        origin: Any = {"department": _DEPARTMENT, "run": _RUN, "file": _FILE, "sheet": "", "row": 1}
        bookings.book(origin, "administrative-penalty", outcome, "DATE_FUTURE", count)
    ledger = Ledger()
    ledger.add(bookings.deltas())

    class Report:
        uncovered: dict[int, int] = {2027: 2_000}  # noqa: RUF012 - a stand-in

        def as_json(self) -> Any:
            counts = {"provided": 1_234_567, "applied": 1_000_000, "refused": 4_000, "corrected": 21, "closed": 0}
            of: dict[str, Any] = {"counts": counts | {"declared": [], "received": 1, "amended": 0}}
            of["figures"] = dict.fromkeys(_RATES, 1.0) | {"reporting": 0.667}
            return {"departments": [of | {"department": _DEPARTMENT, "items": {"administrative-penalty": of}}]}

    async def read_accounts(_: object) -> Accounts:
        return Accounts([], [], ledger)

    async def read_quality(*_: object) -> QualityReport:
        report: Any = Report()
        return report  # type: ignore[no-any-return]

    monkeypatch.setattr("creditbus.services.query.ledger.read_accounts", read_accounts)
    monkeypatch.setattr("creditbus.services.query.quality.read_quality", read_quality)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(params=[80, 120, None], ids=["80", "120", "pipe"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int | None:
    wide: int | None = request.param
    if wide is not None:
        monkeypatch.setattr(figures, "table_width", lambda: wide)
    return wide


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert cli.main(arguments) == 0
    return capsys.readouterr().out.splitlines()


def _of(lines: list[str], name: str) -> list[str]:
    """Return the figures of a name, which stand after it or below it."""
    place = next(place for place, line in enumerate(lines) if line.startswith(name))
    return lines[place].removeprefix(name).split() or lines[place + 1].split()


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_the_ledger_has_all_its_figures(width: int | None, spoken: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = _said(capsys, "ledger", "--files", "--lang", spoken)
    assert _of(lines, _DEPARTMENT) == ["1,234,567", "0", "0", *_FIGURES, {"en": "yes", "zh": "是"}[spoken]]
    assert _of(lines, f"  {_FILE}  administrative-penalty  {_RUN}") == _FIGURES
    table = lines[: next(place for place, line in enumerate(lines) if "DATE_FUTURE" in line)]
    # a name that is longer than the terminal is folded by the terminal, so that a run can be copied
    assert all(len(line) <= (width or 1000) for line in table if _RUN not in line)
    if width != 80 and spoken == "en":
        assert lines[0].split()[-3:] == ["held", "parked", "balanced"]


def test_quality_has_all_its_figures(width: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    lines = _said(capsys, "quality", "--from", "2026-01-01", "--to", "2026-01-31")
    wanted = ["1,234,567", "1,000,000", "4,000", "21", *["100.0%"] * 5, "66.7%"]
    assert _of(lines, _DEPARTMENT) == wanted
    assert _of(lines, "  administrative-penalty") == wanted
    assert lines[-1].startswith("the working days of 2027 are not known: 2,000 records not judged; ")
    assert lines[-1].endswith(" working_days/2027.yaml")
    assert all(len(line) <= (width or 1000) for line in lines[:-1])


def test_a_heading_that_does_not_fit_folds_with_every_letter(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures("of", ["completeness"], [TableRow("a", ["100.0%"])], width=10)
    assert capsys.readouterr().out.splitlines() == ["of complet", "     eness", "a   100.0%"]
