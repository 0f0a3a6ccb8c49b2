"""Modules that stand in Python and once more compiled: one test for both."""

from importlib import import_module
from types import ModuleType

__all__ = ["compiled"]


def compiled(package: ModuleType) -> ModuleType | None:
    """Return the compiled twin of a package; None where it was not built."""
    try:
        return import_module(f"{package.__name__}._compiled")
    except ImportError:
        return None
