"""Runs the product's modules as Python, though they are compiled: both must be right."""

import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

__all__ = ["prefer"]


class _SourceFirst:
    """Finds the source of a module of ours before its compiled form."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del target
        if not name.startswith("creditbus.services.") or path is None:
            return None
        found = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name) for folder in path)
        return next((spec for spec in found if spec is not None), None)


def prefer() -> None:
    """Import our modules from their sources from now on; what has no source in Python is not there."""
    sys.meta_path.insert(0, _SourceFirst)
    sys.modules["creditbus.services.engine.packing._compiled"] = None  # type: ignore[assignment] # stands for none
