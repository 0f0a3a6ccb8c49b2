"""Moments as people write them in options."""

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.moments import moment_of
from creditbus.services.domain.city_time import city_moment
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


def test_a_grant_of_now_is_not_asked_about_the_past(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["profile", "show", "91420106MA4KAAA16H", "--as", "agency-xinda", "--as-of", "2026-01-01"]) == 2
    assert "--as: cannot be combined with --as-of or --as-known-at" in capsys.readouterr().err
