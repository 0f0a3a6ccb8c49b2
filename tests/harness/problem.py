"""What a check finds wrong."""

from typing import NamedTuple

__all__ = ["DOUBLED", "FOREIGN", "LOST", "MISSING", "SURPLUS", "WRONG", "Problem"]

LOST, DOUBLED, WRONG = "lost", "doubled", "wrong"
MISSING, SURPLUS = "missing", "surplus"
"""Of what a subscriber holds in the end: a record that its grant admits is not there, or one is that should not be."""
FOREIGN = "foreign"
"""Of what a department's own client did, and the bus noticed and took without harm: no failure."""


class Problem(NamedTuple):
    """One thing that is wrong: something is lost, something is there that should not be, or something is not right."""

    kind: str
    cases: int
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.cases}: {self.text}"
