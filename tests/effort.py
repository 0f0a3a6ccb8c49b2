"""How many examples a run tries: all, or a part where another run has tried all of them."""

import os

__all__ = ["ONE_IN", "share"]

#: In the environment of a run that tries one example in this many: that of tests/interpreted.py.
ONE_IN = "CREDITBUS_ONE_EXAMPLE_IN"


def share(count: int) -> int:
    """Return how many of this many examples, seeds or rows the run tries."""
    return -(-count // int(os.environ.get(ONE_IN) or 1))
