"""The demonstration is right only where its feed is verified, and says in both languages what was found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from creditbus.deploy.demo.commands import Commands
from creditbus.deploy.demo.evidence import signed_and_verified
from creditbus.services.cli.language import choose

_MANIFEST = {"feed": "feed.district-wuchang", "number": 1}
_WHOLE = {"records": 1, "checked": [1], "findings": []}


class _Commands(Commands):
    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__(Path(), 80)
        self._said = said

    def facts(self, *arguments: str) -> Any:
        assert arguments[0] == "feed"
        return self._said[arguments[1]]


def _found(manifest: Any, verified: Any) -> tuple[bool, str]:
    console = Console(width=400)
    with console.capture() as captured:
        commands = _Commands({"keys": {}, "manifest": manifest, "verify": verified})
        right = signed_and_verified(commands, "district-wuchang", console)
    return right, captured.get().strip()


def test_a_feed_that_is_as_it_was_signed_is_said_to_be_whole() -> None:
    right, said = _found(_MANIFEST, _WHOLE)
    assert right
    assert said.startswith(
        "manifest 1 of feed.district-wuchang, signed by demonstration.example, is verified: 1 record,"
    )


def test_the_same_is_said_in_chinese() -> None:
    choose("zh")
    try:
        assert "核对相符：1 条记录" in _found(_MANIFEST, _WHOLE)[1]
    finally:
        choose("en")


@pytest.mark.parametrize("changed", [{"findings": [{"fault": "gap"}]}, {"checked": []}])
def test_a_feed_that_is_not_verified_fails_the_demonstration(changed: Mapping[str, Any]) -> None:
    right, said = _found(_MANIFEST, {**_WHOLE, **changed})
    assert not right
    assert "is not verified" in said


def test_an_empty_feed_has_no_manifest_and_is_right() -> None:
    assert _found(None, None) == (True, "the feed of district-wuchang holds no record, and has no manifest")
