"""A trace for a person: the facts of `running`, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from creditbus.services.cli.console import OUTPUT
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import trace as messages
from creditbus.services.cli.trace.hop_text import booking_text, hop_lines
from creditbus.services.domain.invisible import visible
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.tokens import is_token

__all__ = ["lines", "show"]


def show(facts: Mapping[str, Any]) -> None:
    """Print a trace."""
    for line in lines(facts):
        OUTPUT.print(line, markup=False, soft_wrap=True)


def lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines of a trace."""
    yield from _head(facts)
    for number, hop in enumerate(facts["hops"], 1):
        yield ""
        yield from hop_lines(number, hop, facts["partitions"])
    yield ""
    yield from _end(facts)


def _head(facts: Mapping[str, Any]) -> Iterator[str]:
    yield spoken(
        messages.HEAD,
        connector=facts["connector"],
        place=" ".join(filter(None, (visible(facts["file"]), visible(facts["sheet"])))),
        row=facts["row"],
        department=facts["department"],
        item=facts["item"],
    )
    for made in facts["registered"]:
        codes = " = ".join(filter(None, (made["legacy_key"], made["subject"])))
        yield spoken(messages.MADE_REGISTRATION, codes=codes, district=made["district"])


def _end(facts: Mapping[str, Any]) -> Iterator[str]:
    """Say in one line how the row ended, and then what it waits for and what is not as on a real bus."""
    feeds = [feed for hop in facts["hops"] for feed in hop.get("feeds", ())]
    shown = sum("why" not in feed for feed in feeds)
    outcome = ", ".join(dict.fromkeys(booking_text({**one, "count": 1}) for one in facts["outcomes"]))
    if feeds:
        yield spoken(messages.OUTCOME_OF_FEEDS, outcome=outcome, feeds=len(feeds), shown=shown)
    else:
        yield spoken(messages.OUTCOME_WITHOUT_FEEDS, outcome=outcome)
    for hop in facts["hops"]:
        if "waits" in hop:
            yield spoken(messages.WAITS_FOR_REGISTRATION, code=hop["waits"]["code"])
    if any(one["outcome"] == Outcome.HELD for one in facts["outcomes"]):
        yield spoken(messages.WAITS_FOR_RECORD)
    if any(is_token(hop["profile"]["subject"]) for hop in facts["hops"] if "profile" in hop):
        yield spoken(messages.TOKEN_OF_TRACE)
