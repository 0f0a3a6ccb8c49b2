"""Runs our modules as Python though they are compiled, where CREDITBUS_INTERPRETED is set.

A debugger's breakpoints, a profiler's lines and a change that nobody has compiled yet are seen in interpreted modules
alone. Python prefers a compiled file to the source next to it; `prefer_sources` turns that round for the packages below
`creditbus.services`, the only ones in which anything is compiled.

`creditbus/services/__init__.py` calls it before any other module of ours is there, so it holds for every command, for
tests and benchmarks, and, because a child process inherits the variable, for the processes that they start.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

__all__ = ["prefer_sources"]

_PACKAGE = "creditbus.services."


class _SourceFirst:
    """Finds the source of a module of ours before its compiled form."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how to load a module from its source; None where it is not a module of creditbus.

        Raises:
            ModuleNotFoundError: it has no source in Python. What imports such a module does the same without it.
        """
        del target
        if not name.startswith(_PACKAGE) or path is None:
            return None
        for folder in path:
            found = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)
            if found is not None:
                return found
        raise ModuleNotFoundError(f"no module named {name!r} in Python", name=name)


def prefer_sources() -> None:
    """Import our modules from their sources from now on. Modules that are imported already stay what they are."""
    if _SourceFirst not in sys.meta_path:
        sys.meta_path.insert(0, _SourceFirst)
