"""The folders of the product, as pyproject.toml maps them."""

import tomllib
from pathlib import Path
from typing import Any

__all__ = ["PROJECT", "ROOT", "TOPS"]

#: Folder of the repository.
ROOT = Path(__file__).resolve().parent.parent

#: What pyproject.toml says.
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

#: Folders of the packages below `creditbus`; each has its package's name.
TOPS: tuple[str, ...] = tuple(PROJECT["tool"]["setuptools"]["package-dir"].values())
