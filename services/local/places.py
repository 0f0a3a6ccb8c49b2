"""Where a function of ours stands: file and line of its source, whether it runs compiled or not."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

__all__ = ["CodeLocation", "place_of"]

_TOP = "creditbus."


@dataclass(frozen=True, slots=True)
class CodeLocation:
    """A function for a person who wants to read it or to stop in it."""

    function: str
    """Name in its module, with that of its class: `Examiner.examine`."""
    file: str
    """Path in the source tree: `services/intake/examination.py`."""
    line: int
    """Of its `def`."""


def place_of(module: str, function: str) -> CodeLocation:
    """Find a function of ours in the source that is installed next to its compiled form.

    Args:
        module: without `creditbus.` in front, such as `services.intake.examination`.
        function: as in `CodeLocation`.

    Raises:
        LookupError: there is no such function.
        ModuleNotFoundError: there is no such package.

    """
    lines = _lines(module)
    if function not in lines:
        raise LookupError(f"{module} has no function {function}")
    return CodeLocation(function, f"{module.replace('.', '/')}.py", lines[function])


@lru_cache(maxsize=64)
def _lines(module: str) -> dict[str, int]:
    """Return the lines of a module's functions and of its classes' methods, by name."""
    package, _, name = module.rpartition(".")
    tree = ast.parse((files(_TOP + package) / f"{name}.py").read_text(encoding="utf-8"))
    found = {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}
    for owner in tree.body:
        if isinstance(owner, ast.ClassDef):
            for node in owner.body:
                if isinstance(node, ast.FunctionDef):
                    found[f"{owner.name}.{node.name}"] = node.lineno
    return found
