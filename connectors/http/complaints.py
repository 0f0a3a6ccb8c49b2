"""What a server says of itself in an answer with status 200: many tell there that a request failed, and why."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

__all__ = ["complaint"]

_SAID = ("msg", "message")
_PARTIES = ("err", "error", "result", "ret", "return", "resp", "rsp", "status")
_CODES = frozenset(["code", "status", "errno", "ret", *(f"{party}code" for party in _PARTIES)])
_FLAGS = frozenset(["success", "succeed", "issuccess", "ok"])
_MESSAGES = frozenset(
    [
        "msg",
        "message",
        "error",
        "errordescription",
        *(party + word for party in _PARTIES for word in ("msg", "message")),
    ]
)
_AROUND = frozenset(["head", "header", "meta", "result", "error", "status", "response"])
"""Objects in which servers put these, next to the data."""
_GOOD = frozenset(["ok", "success", "successful", "succeed", "succeeded", "true", "y", "yes", "成功"])
_LEAST, _MOST = 200, 299
_LONGEST = 200


def complaint(answer: Any) -> str:
    """Say in one line that an answer is a failure, with its code and message; empty: it does not say so.

    Codes that mean success are 0, 200 to 299 and words such as ``ok``; any other does where the message says success.
    """
    if not isinstance(answer, Mapping):
        return ""
    facts = list(_facts(answer))
    code = next((value for name, value in facts if name in _CODES and not isinstance(value, Mapping)), None)
    message = next((value for name, value in facts if name in _MESSAGES and isinstance(value, str) and value), "")
    is_denied = any(name in _FLAGS and _text(value) in ("false", "0", "no", "n") for name, value in facts)
    is_bad = code is not None and not _is_good(code) and not _says_success(message)
    is_error = any(name == "error" and isinstance(value, str) and value for name, value in facts)
    if not (is_denied or is_bad or is_error):
        return ""
    said = " ".join(message.split())[:_LONGEST]
    named = "success: false" if code is None or not is_bad else f"code {_text(code)[:40]}"
    return f"{named}: {said}" if said else named


def _facts(answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in answer.items():
        plain = name.replace("_", "").replace("-", "").lower()
        yield plain, value
        if plain in _AROUND and isinstance(value, Mapping):
            yield from ((key.replace("_", "").lower(), one) for key, one in value.items())


def _text(value: Any) -> str:
    return str(value).strip().lower()


def _is_good(code: Any) -> bool:
    text = _text(code)
    if isinstance(code, bool) or not isinstance(code, str | int | Decimal):
        return True  # no code at all
    if text.isdecimal():
        return int(text[:9]) == 0 or _LEAST <= int(text[:9]) <= _MOST
    return not text or text in _GOOD


def _says_success(message: str) -> bool:
    text = message.strip().lower()
    return text in _GOOD or text.endswith("成功")
