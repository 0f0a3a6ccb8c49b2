"""What is said of connectors, their configurations and their runs."""

from __future__ import annotations
