"""Finds English sentences in what a person who reads Chinese is shown."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["english_in"]

_ALLOWED: Final = re.compile(
    r"""
      `[^`\n]*`                                     # what is to be typed
    | “[^”\n]*”                                    # quoted: words of a library, a server or a row
    | creditbus:?(?:[ ]-{0,2}[a-z][-a-z_.0-9/]*(?:=\S+)?)*    # a command without quotes around it
    | https?://[^\s“：；]+ | \w+://[^\s“：；]*         # addresses
    | [^\s“：；]*[/\\][^\s“：；]*                     # paths
    | \S*\.(?:csv|xlsx?|yaml|jsonl?|md|avsc|log|db)\b[^\s，；。：]*
    | --?[a-z][-a-z]*(?:[=\ ][A-Z][A-Z_=]*)?        # options
    | \{[^}\s]*\} | \[[^\]\s]*\]                    # arguments in a line of usage, keys of rows
    | \b[A-Z][A-Z0-9_]{2,}\b                        # codes of reasons, variables
    | \b\w+(?:[-_.]\w+)+\b                          # names: of items, topics, departments, settings
    | \b(?:Kafka|Redis|Prometheus|Avro|Maven|Java|Excel|JSON[ ]Schema|JSON|YAML|Ctrl-C|SIGTERM|UTF-8|TLS|HTTP)\b
    """,
    re.VERBOSE,
)
_SENTENCE: Final = re.compile(r"\b[A-Za-z]{2,}'?[a-z]*(?: '?[A-Za-z][A-Za-z']*)+\b")


def english_in(text: str) -> list[str]:
    """Return runs of two or more English words, but for commands, options, addresses, paths, codes and names."""
    return _SENTENCE.findall(_ALLOWED.sub("·", text))
