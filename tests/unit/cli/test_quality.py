from __future__ import annotations

from datetime import date

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.quality import period_of
from creditbus.topics.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2018-02", (date(2018, 2, 1), date(2018, 2, 28))),
        ("2018-02-03", (date(2018, 2, 3), date(2018, 2, 3))),
        ("2018-02-03..2018-03-01", (date(2018, 2, 3), date(2018, 3, 1))),
    ],
)
def test_periods_are_months_days_and_spans(text: str, days: tuple[date, date]) -> None:
    assert period_of(text) == days


@pytest.mark.parametrize("text", ["2018", "2018-13", "2018-02-30", "x..y", "2018-03-01..2018-02-01", "-"])
def test_what_is_no_period_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match="2018-01-15"):
        period_of(text)


@pytest.mark.parametrize(
    ("command", "party", "known"),
    [
        ("quality declare nobody --item x --period 2018-01 --count 1", "department", "credit-office"),
        ("quality --department nobody", "department", "credit-office"),
        ("rejects list nobody", "department", "credit-office"),
        ("rejects export nobody", "department", "credit-office"),
        ("feed follow nobody", "subscriber", "district-wuchang"),
    ],
)
def test_a_party_that_is_not_declared_is_one_line_that_names_those_that_are(
    command: str, party: str, known: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")
    assert cli.main(command.split()) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"creditbus: {party}: 'nobody' is not declared")
    assert known in said
    assert said.count("\n") == 1
