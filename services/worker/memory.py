"""Python's garbage collector and the C library's allocator, set for batches."""

from __future__ import annotations

import contextlib
import ctypes
import gc

__all__ = ["tune_memory"]

_YOUNG = 400_000
_MIDDLE = 50
_OLD = 100

# mallopt(3), "M_TRIM_THRESHOLD" and "M_MMAP_THRESHOLD"; the latter takes 32 MiB at most
_TRIM_THRESHOLD, _KEPT_BYTES = -1, 256 << 20
_MMAP_THRESHOLD, _LARGE_BYTES = -3, 32 << 20


def tune_memory() -> None:
    """Collect seldom, and keep what a batch frees for the next one; call it once all modules are loaded.

    A batch makes some ten thousand headers, records and keys at once and drops them together: reference counts free
    them. Python's default looks for cycles after every 700 of them, which took an eighth of the profiles stage's time.
    It also packs some megabytes into one block. glibc would give that back to the kernel each time, and the next batch
    would pay for new pages: half of the time of packing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    # another C library has no mallopt
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
