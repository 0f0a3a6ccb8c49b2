"""Errors that the person at the keyboard can put right.

The tree::

    UserError
    ├── ConfigurationError   a setting, a declared file or an argument is wrong or missing
    └── UnavailableError     a server that the work needs does not answer; trying again later may do
        └── UnsettledError   the brokers do not know each other yet; trying again at once, on a new connection, will do

A command prints one line of such an error and exits with code 2. Every other exception is a fault of creditbus itself.
"""

from __future__ import annotations

from creditbus.topics import messages
from creditbus.topics.text import Text

__all__ = ["ConfigurationError", "UnavailableError", "UnsettledError", "UserError"]


class UserError(Exception):
    """Something outside the code is wrong.

    A problem and a fix that are a `Text` can be shown in Chinese, too; as a `str` the error is English, as logs are.

    Attributes:
        place: the key, file and line, server or argument it is about.
        problem: what is wrong with it.
        fix: what to do about it; empty when the problem says it already.
    """

    def __init__(self, place: str, problem: str, fix: str = "") -> None:
        """Keep the three parts apart, so that a console or an API can show each in its own place."""
        super().__init__(place, problem, fix)
        self.place = place
        self.problem = problem
        self.fix = fix

    def __str__(self) -> str:
        """All parts in one line."""
        return str(self.text())

    def text(self) -> Text:
        """All parts in one line, in both languages: for a console, a table or another error that quotes this one."""
        line = messages.PLACE_PROBLEM_FIX if self.fix else messages.PLACE_PROBLEM
        return line(place=self.place, problem=self.problem, **({"fix": self.fix} if self.fix else {}))


class ConfigurationError(UserError):
    """A setting, a declared file or an argument is wrong or missing. Trying again without a change does not help."""


class UnavailableError(UserError):
    """A server does not answer, or not in time. Nothing is wrong with what was asked of it."""


class UnsettledError(UnavailableError):
    """A broker that has just joined is not known to all others yet."""
