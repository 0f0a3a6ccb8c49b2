"""Days of fictional decisions."""

from datetime import date, timedelta
from random import Random

__all__ = ["day_between"]


def day_between(random: Random, first: int, last: int) -> date:
    """Give a day of the years from ``first`` to ``last``, both included."""
    start = date(first, 1, 1)
    return start + timedelta(days=random.randrange((date(last + 1, 1, 1) - start).days))
