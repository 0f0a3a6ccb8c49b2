"""Exit codes that more than one place gives or reads."""

from __future__ import annotations

from typing import Final

__all__ = ["FAILED", "INTERRUPTED", "MOVED", "STALLED"]

FAILED: Final = 1
"""Of a worker that should be started again."""

INTERRUPTED: Final = 130
"""After SIGINT, of every command."""

STALLED: Final = 71
"""Of a worker in which a stage stood still without a known reason."""

MOVED: Final = 72
"""Of a worker whose local bus has other addresses now: started again, it takes them."""
