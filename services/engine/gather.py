"""Several pieces of work at once, of which none is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

__all__ = ["gather"]

_T = TypeVar("_T")


async def gather(parts: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """Run all and return what they return; the first error ends the others.

    Most often there is one, which needs no task of its own.
    """
    if len(parts) == 1:
        return [await parts[0]]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part) for part in parts]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]
