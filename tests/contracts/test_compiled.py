"""The compiled modules: named rightly, used where they were built, and no different from the Python that they are."""

import importlib
import os
import tomllib
from pathlib import Path

import pytest

from tests import interpreted
from tests.effort import ONE_IN, share


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


@pytest.mark.parametrize(("one_in", "expected"), [("", [1, 8, 150]), ("4", [1, 2, 38])])
def test_a_run_that_tries_one_example_in_four_tries_at_least_one(
    monkeypatch: pytest.MonkeyPatch, one_in: str, expected: list[int]
) -> None:
    monkeypatch.setenv(ONE_IN, one_in)
    assert [share(1), share(8), share(150)] == expected


def test_the_same_modules_are_right_as_python(root: Path) -> None:
    if not any((root / "services").rglob("*.so")):
        pytest.skip("nothing is compiled here: all tests run the modules as Python")
    if os.environ.get("CREDITBUS_INTERPRETED"):
        pytest.skip("asked to run the modules as Python: all tests do")
    done = interpreted.run()
    assert done.returncode == 0, done.stdout[-3000:]
