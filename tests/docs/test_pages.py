"""Pages that are made from the code say what the code says."""

import pytest

from tests.documentation import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "write it anew with `python -m tests.documentation`"
