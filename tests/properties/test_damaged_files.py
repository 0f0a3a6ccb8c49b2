"""Whatever a file holds, each of its rows ends in a reason or is admitted, and a file in one clear line.

bench/damaged_files.py runs the same for hours.
"""

from pathlib import Path

import pytest

from creditbus.services.domain.reasons import Reason
from tests.effort import share
from tests.harness.mutations import FORMATS, Bench, campaign, sound_file

CLOSED = {"admitted", "file refused", *Reason}


@pytest.mark.parametrize("form", FORMATS)
def test_the_files_that_are_damaged_were_sound(form: str, tmp_path: Path) -> None:
    words = list(Bench.make(tmp_path).outcomes(sound_file(form, tmp_path)))
    assert words == ["admitted"] * (24 * 3 if form == "zip" else 24)


def test_damage_ends_in_one_of_a_closed_list_of_words() -> None:
    words = campaign(seed=20160128, files=share(500), rows=share(2000), say=lambda _: None)
    assert set(words) <= CLOSED
    assert {"admitted", "file refused", "FORMAT_UNPARSABLE", "FORMAT_COLUMN_COUNT", "MANDATORY_EMPTY"} <= set(words)
