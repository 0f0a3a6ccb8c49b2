"""The compiled modules: named rightly, used where they were built, and no different from the Python that they are."""

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

_STAGES = ("intake", "resolver", "profiles", "fanout")
_PROVEN_BY = ("tests/properties", *(f"tests/unit/{name}" for name in ("domain", *_STAGES)), "tests/scenarios")


def _compiled(root: Path, by: str = "compiled") -> list[str]:
    names: list[str] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["creditbus"][by]
    return names


def test_the_compiled_modules_are_there_in_order(root: Path) -> None:
    names = _compiled(root)
    assert names == sorted(names)
    assert [name for name in names if not (root / f"{name.replace('.', '/')}.py").is_file()] == []


def test_what_was_built_is_what_runs(root: Path) -> None:
    if not any((root / "services").rglob("*.so")):
        pytest.skip("nothing is compiled here: the tests run the modules as Python")
    if os.environ.get("CREDITBUS_INTERPRETED"):
        pytest.skip("asked to run the modules as Python")
    names = [*_compiled(root), *_compiled(root, "cython")]
    modules = [importlib.import_module(f"creditbus.{name}") for name in names]
    assert [module.__name__ for module in modules if not str(module.__file__).endswith(".so")] == []


def test_the_same_modules_are_right_as_python(root: Path) -> None:
    if not any((root / "services").rglob("*.so")):
        pytest.skip("nothing is compiled here: all tests run the modules as Python")
    if os.environ.get("CREDITBUS_INTERPRETED"):
        pytest.skip("asked to run the modules as Python: all tests do")
    environment = {**os.environ, "CREDITBUS_INTERPRETED": "1"}
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *_PROVEN_BY]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
