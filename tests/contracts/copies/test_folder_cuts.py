"""Whatever call to the disk a sync dies before, its folder is as the feed was at its positions, and goes on there."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.feed_copies import MadeFeed, item_schema
from tests.harness.copied_folder import CopiedFolder

_STATES = ["ACTIVE"] * 4 + ["WITHDRAWN", "WITHHELD"]
_CALLS = ("mkdir", "fsync", "link", "symlink", "replace", "unlink", "rmdir")
_MOST_CALLS = 200


class _PowerCutError(BaseException):
    """The process is gone, and does nothing more."""


@contextmanager
def _dies_before(call: int) -> Iterator[None]:
    """Let every call to the disk from this one on fail."""
    left = call

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def of(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left <= 0:
                raise _PowerCutError
            return function(*arguments, **options)

        return of

    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, counted(getattr(os, name)))
        yield


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_it_can_die_between_any_two_calls(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, chance = MadeFeed(), random.Random(4)
    feed.serve(monkeypatch)
    folder = CopiedFolder(tmp_path / "copy", form)
    wider = item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ"))

    def grow() -> None:
        for lane in range(feed.partitions):
            subject, state = f"S{lane}{chance.randrange(2)}", chance.choice(_STATES)
            feed.put(lane, subject, state=state, schema=chance.choice([None, wider]), XYDJ=str(chance.random()))
        feed.put(0, "S9", item=chance.choice(["red-black-list", "tax-credit-grade"]))

    grow()
    for call in range(1, _MOST_CALLS):
        died = False
        with _dies_before(call):
            try:
                folder.sync()
            except _PowerCutError:
                died = True
        if (folder.path / "current").exists():
            with folder.held() as (positions, _):
                read = {partition: position.feed_seq for partition, position in positions.items()}
            assert folder.holds(feed.view(read), lenient=True), f"died before call {call}"
        if not died:
            break
        grow()
    else:
        pytest.fail("it never came to the end")
    assert folder.holds(feed.view())
    assert folder.compare().differences == []
    assert len([one for one in folder.path.iterdir() if one.is_dir() and not one.is_symlink()]) <= 2
