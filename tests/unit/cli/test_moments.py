"""Moments as people write them in options and read them in what commands say."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.ledger.waiting import waiting_line
from creditbus.services.cli.moments import exact_moment_text, moment_of, moment_text
from creditbus.services.domain.city_time import city_moment
from creditbus.services.query.waiting_events import WaitingEvent
from creditbus.topics.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-05 10:00", "2026-03-05T10:00:00.000+08:00"),
        ("2026-03-05T10:00:01.25", "2026-03-05T10:00:01.250+08:00"),
        ("2026-03-05T02:00:00Z", "2026-03-05T10:00:00.000+08:00"),
        ("2026-03-05T02:00:00.007+00:00", "2026-03-05T10:00:00.007+08:00"),
        (" 2026-03-05T10:00:00+09:00 ", "2026-03-05T09:00:00.000+08:00"),
    ],
)
def test_a_moment_without_an_offset_is_in_the_time_of_the_city(text: str, moment: str) -> None:
    assert city_moment(moment_of(text, "--as-known-at")) == moment
    assert moment_of(moment, "--as-known-at") == moment_of(text, "--as-known-at")


@pytest.mark.parametrize("text", ["", "2026-03-05", "2026-02-30 10:00", "10:00", "2026-W10-4T10", "2026-03-05 25:00"])
def test_what_is_no_moment_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write it like 2026-03-05 10:00"):
        moment_of(text, "--as-known-at")


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in some zone."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("zone")
def test_a_moment_is_read_in_the_time_of_the_city_wherever_the_command_runs() -> None:
    moment = moment_of("2026-12-01T00:24:07Z", "--as-known-at")
    assert moment_text(moment) == "2026-12-01 08:24:07+08:00"
    assert moment_of(moment_text(moment), "--as-known-at") == moment, "what is read can be asked for"
    assert moment_of(exact_moment_text(city_moment(moment + 7)), "--as-known-at") == moment + 7
    waiting = WaitingEvent("parked", "registration", "c", "", moment, "d", "", "", "", "", 0, "i", "")
    assert waiting_line(waiting).startswith("2026-12-01 08:24:07+08:00  d  ")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("objection-and-repair", "waits for the record that it acts on, 11 某罚1号 of 91"),
        ("tax-credit-grade", "waits for the record tax-credit-grade 11 某罚1号 of 91"),
    ],
)
def test_what_acts_on_another_record_waits_for_one_of_some_other_item(item: str, said: str) -> None:
    waiting = WaitingEvent("held", "record", "91", f"{item}|11|某罚1号", 0, "d", "", "", "", "", 0, item, "")
    assert waiting_line(waiting).endswith(said)


@pytest.mark.parametrize(("at_ms", "text"), [(None, "-"), (1 << 62, f"{1 << 62} ms"), (-(1 << 62), f"{-(1 << 62)} ms")])
def test_a_moment_that_is_on_no_day_is_shown_as_it_is(at_ms: int | None, text: str) -> None:
    assert moment_text(at_ms) == text


def test_no_command_shows_a_moment_in_a_way_of_its_own() -> None:
    own = re.compile(r"fromtimestamp|astimezone\(\)|strftime|:%Y|:%H|localtime|\bctime")
    found = [
        path.name
        for path in Path(cli.__file__).parent.rglob("*.py")
        if path.name != "moments.py" and own.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_a_grant_of_now_is_not_asked_about_the_past(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["profile", "show", "91420106MA4KAAA16H", "--as", "agency-xinda", "--as-of", "2026-01-01"]) == 2
    assert "--as: cannot be combined with --as-of or --as-known-at" in capsys.readouterr().err
