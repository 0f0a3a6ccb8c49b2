"""What the measured processes have in common: how they log, what they say of themselves, how they end.

It imports the standard library alone: what a measured process imports is part of its memory.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
import traceback
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["KEY", "ON", "cpu_seconds", "end_after", "log_quietly", "status_mb"]

#: Of the tokens for natural persons; no measurement has any.
KEY = bytes(32)
#: The day by which grants are judged.
ON = date(2019, 12, 31)


def log_quietly() -> None:
    """Log warnings to standard error, and of the libraries errors alone."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for noisy in ("faust", "mode", "aiokafka", "kafka", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


async def end_after(work: Coroutine[Any, Any, None]) -> NoReturn:
    """Do the work and end the process at once: nothing is left to be saved, and Faust's clean end takes a second."""
    try:
        await work
    except Exception:  # noqa: BLE001 -- whatever it is, the process must end: Faust's threads would keep it
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def cpu_seconds() -> float:
    """Return the processor time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def status_mb(field: str, pid: int | str = "self") -> float:
    """Return a size that the kernel reports for a process: VmRSS is what it has in memory, VmHWM the most it had.

    Not getrusage: what that tells begins with the size of the parent before exec.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition(f"{field}:")[2].split()[0]) / 1024
