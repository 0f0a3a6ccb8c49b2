"""Functions are found in their sources."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from creditbus.services.local import bus, places
from creditbus.services.local.places import CodeLocation, place_of


def test_a_function_and_a_method_are_found_with_their_lines() -> None:
    line = inspect.getsourcelines(bus.LocalBus.settle)[1]
    assert place_of("services.local.bus", "LocalBus.settle") == CodeLocation(
        "LocalBus.settle", "services/local/bus.py", line
    )
    line = inspect.getsourcelines(places.place_of)[1]
    assert place_of("services.local.places", "place_of").line == line


@pytest.mark.parametrize("function", ["nothing", "LocalBus.nothing", "settle"])
def test_a_function_that_is_not_there_is_an_error(function: str) -> None:
    with pytest.raises(LookupError, match="has no function"):
        place_of("services.local.bus", function)


def test_the_functions_that_contributing_sends_to_are_there(root: Path) -> None:
    rows = re.findall(
        r"^\| `(\S+)\.py` \| `(\S+)` \|", (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == 4
    assert [place_of(file.replace("/", "."), function).file for file, function in rows] == [
        f"{row[0]}.py" for row in rows
    ]
