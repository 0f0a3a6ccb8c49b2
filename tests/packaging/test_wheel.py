"""The wheel holds everything, and works without the tree next to it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.product import TOPS

_BUILD = ("LICENSE", "README.md", "pyproject.toml", "setup.py")
_SUFFIXES = {".avsc", ".md", ".properties", ".py", ".pyi", ".pyx", ".typed", ".xml", ".yaml"}
_COMPILED = ".so"
"""Built where the tree is; the wheel of a build that does not ask for it holds none."""
_LEFTOVERS = shutil.ignore_patterns("__pycache__", "target")

_IMPORT_ALL = """
import importlib, pkgutil, creditbus
names = [module.name for module in pkgutil.walk_packages(creditbus.__path__, "creditbus.")]
for name in names:
    if not name.endswith(".__main__"):
        importlib.import_module(name)
print(len(names), *creditbus.__path__)
"""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that nothing stale in build/ gets into the wheel."""
    source = tmp_path_factory.mktemp("source")
    for name in _BUILD:
        shutil.copy(root / name, source / name)
    for top in TOPS:
        shutil.copytree(root / top, source / top, ignore=_LEFTOVERS)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own; the libraries come from the running one."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (packages,) = home.glob("lib/python3*/site-packages")
    # A folder named by a .pth file is searched, but its own .pth files, such as an editable install's, are not read.
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n", "utf-8")
    return home


def test_the_wheel_holds_every_file_of_the_packages(root: Path, wheel: Path) -> None:
    tree = {
        f"creditbus/{path.relative_to(root).as_posix()}"
        for top in TOPS
        for path in (root / top).rglob("*")
        if path.suffix in _SUFFIXES or path.name == "py.typed"
        if not {"__pycache__", "target"} & set(path.parts)
    }
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("creditbus/")}
    assert tree == held


def test_every_kind_of_file_is_known(root: Path) -> None:
    files = (path for top in TOPS for path in (root / top).rglob("*") if path.is_file())
    unknown = [
        str(path.relative_to(root))
        for path in files
        if path.name != "py.typed" and path.suffix not in {*_SUFFIXES, _COMPILED}
        if not {"__pycache__", "target"} & set(path.parts)
    ]
    assert unknown == [], "name the suffix in package-data and here"


def test_every_module_imports_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = _run(installed, tmp_path, str(installed / "bin" / "python"), "-c", _IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    count, *folders = done.stdout.split()
    assert int(count) > 0
    assert folders == [str(next(installed.glob("lib/python3*/site-packages")) / "creditbus")]


def test_the_command_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = _run(installed, tmp_path, str(installed / "bin" / "creditbus"), "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def _run(installed: Path, folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"CREDITBUS_HOME": str(folder), "VIRTUAL_ENV": str(installed)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
