"""What is wrong with a value that a model refuses, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from creditbus.connectors.setup import messages
from creditbus.topics import messages as shared
from creditbus.topics.text import Message, Text, placeholders, said_by

__all__ = ["said_of"]

_KINDS: Final[Mapping[str, Message]] = {
    "extra_forbidden": shared.NOT_A_KNOWN_KEY,
    "missing": shared.IS_MISSING,
    "string_type": messages.A_TEXT,
    "string_too_short": messages.TOO_SHORT,
    "string_too_long": messages.TOO_LONG,
    "string_pattern_mismatch": messages.PATTERN,
    "int_type": messages.A_WHOLE_NUMBER,
    "int_parsing": messages.A_WHOLE_NUMBER,
    "int_from_float": messages.A_WHOLE_NUMBER,
    "float_type": messages.A_NUMBER,
    "float_parsing": messages.A_NUMBER,
    "bool_type": messages.TRUE_OR_FALSE,
    "bool_parsing": messages.TRUE_OR_FALSE,
    "greater_than": messages.ABOVE,
    "greater_than_equal": messages.AT_LEAST,
    "less_than": messages.BELOW,
    "less_than_equal": messages.AT_MOST,
    "literal_error": messages.ONE_OF,
    "enum": messages.ONE_OF,
    "tuple_type": messages.A_LIST,
    "list_type": messages.A_LIST,
    "too_short": messages.TOO_FEW,
    "dict_type": messages.A_MAPPING,
    "model_type": messages.A_MAPPING,
    "model_attributes_type": messages.A_MAPPING,
    "path_type": messages.A_PATH,
    "none_required": messages.NULL,
}
"""By the types of errors of pydantic, those that our models can give."""


_OF_TAGS: Final = frozenset({"union_tag_invalid", "union_tag_not_found"})


def said_of(fault: ErrorDetails) -> Text:
    """Say what is wrong with one value: in our words, or for a kind of error that is not known here in the library's.

    Args:
        fault: of pydantic; where a validator of ours refused the value, its context holds the error.
    """
    context = fault.get("ctx", {})
    if fault["type"] in _OF_TAGS:
        return _of_tag(context)
    known = _KINDS.get(fault["type"])
    if known is not None:
        return known(**_values(known, context))
    if isinstance(error := context.get("error"), Exception):
        return said_by(error)
    return messages.DOES_NOT_FIT(said=fault["msg"])


def _of_tag(context: Mapping[str, Any]) -> Text:
    """Say that a key whose value chooses among several models chooses none of them, or is missing."""
    key = str(context["discriminator"]).strip("'")
    if "expected_tags" in context:
        return messages.KEY_ONE_OF(key=key, expected=context["expected_tags"])
    return messages.KEY_MISSING(key=key)


def _values(message: Message, context: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: context[name] for name in placeholders(message.en)}
    if "expected" in values:
        values["expected"] = str(values["expected"]).replace(" or ", ", ")
    return values
