"""What a check finds wrong."""

from typing import NamedTuple

__all__ = ["DOUBLED", "FOREIGN", "LOST", "WRONG", "Problem"]

LOST, DOUBLED, WRONG = "lost", "doubled", "wrong"
FOREIGN = "foreign"
"""Of what a department's own client did, and the bus noticed and took without harm: no failure."""


class Problem(NamedTuple):
    """One thing that is wrong: something is lost, something is there that should not be, or something is not right."""

    kind: str
    cases: int
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.cases}: {self.text}"
