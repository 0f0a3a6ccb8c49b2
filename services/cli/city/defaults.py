"""What `creditbus city init` proposes, and takes with `--yes`."""

from __future__ import annotations

from typing import Final

__all__ = ["CITY_CODE", "CITY_NAME", "CITY_NAME_EN", "DISTRICTS"]

CITY_NAME: Final = "示例市"
CITY_NAME_EN: Final = "Example"
CITY_CODE: Final = "990100"
DISTRICTS: Final = "990102=示例一区,990103=示例二区"
