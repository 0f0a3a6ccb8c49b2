"""The end of a publication in the demonstration: a later day comes, and penalties leave the feed of a district."""

import time
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.style import Style

from creditbus.deploy import messages
from creditbus.deploy.demo.commands import Commands
from creditbus.deploy.demo.move import on_show
from creditbus.deploy.demo.worker import Worker
from creditbus.services.cli.language import spoken

__all__ = ["DAY", "ended"]

#: The day of the generated records: they are of 2018 and before.
DAY: Final = date(2019, 12, 31)
#: After the last day of each generated penalty: it says that it is published for three years.
LATER: Final = date(2022, 1, 1)
_ITEM: Final = "administrative-penalty"
_SECONDS: Final = 90.0
_LOOK_SECONDS: Final = 0.5


def ended(home: Path, subscriber: str, commands: Commands, console: Console) -> bool:
    """Let a later day come and say how many penalties a feed takes back; return whether it has taken back all.

    Args:
        home: of the bus, which no worker works on.
        subscriber: whose feed it is.
        commands: reads the feed.
        console: where the line goes.

    """
    before = _penalties(commands, subscriber)
    left = before
    with Worker(home, LATER) as worker:
        last = time.monotonic() + _SECONDS
        while left and time.monotonic() < last:
            worker.check()
            time.sleep(_LOOK_SECONDS)
            left = _penalties(commands, subscriber)
    facts = {"day": LATER.isoformat(), "feed": f"feed.{subscriber}"}
    if left:
        line = spoken(messages.NOT_ENDED(**facts, left=left))
        console.print("\n" + line, markup=False, soft_wrap=True, style=Style(color="red", bold=True))
    else:
        line = spoken(messages.ENDED(**facts, count=before))
        console.print("\n" + line, markup=False, soft_wrap=True)
    return not left


def _penalties(commands: Commands, subscriber: str) -> int:
    feed: Iterable[Mapping[str, Any]] = commands.stream("feed", "follow", subscriber, "--from-start", "--until-end")
    return sum(on_show(one for one in feed if one["record"]["item"] == _ITEM).values())
