from pathlib import Path

import pytest

from tests.scenarios.story import read_story

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("with_pauses", [True, False], ids=["with pauses", "at once"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_story_ends_as_told(file: Path, *, with_pauses: bool) -> None:
    read_story(file).tell(with_pauses=with_pauses).compare()


def test_there_are_stories() -> None:
    assert FILES
