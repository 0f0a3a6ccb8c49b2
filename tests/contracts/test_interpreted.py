"""CREDITBUS_INTERPRETED=1: every command runs our modules as Python, so that breakpoints stop."""

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

_UNUSABLE = b"not a shared library"


def _run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CREDITBUS_INTERPRETED"} | variables
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("variable", "expected"),
    [({"CREDITBUS_INTERPRETED": "1"}, "probe.py"), ({}, "ImportError")],
    ids=["with the variable", "without it"],
)
def test_source_wins_over_a_compiled_module_beside_it(tmp_path: Path, variable: dict[str, str], expected: str) -> None:
    (tmp_path / "probe.py").write_text("", encoding="ascii")
    (tmp_path / f"probe{EXTENSION_SUFFIXES[0]}").write_bytes(_UNUSABLE)
    program = (
        "import creditbus.services as services\n"
        f"services.__path__.append({str(tmp_path)!r})\n"
        "try:\n"
        "    from creditbus.services import probe\n"
        "except ImportError as error:\n"
        "    print(type(error).__name__)\n"
        "else:\n"
        "    print(probe.__file__)\n"
    )
    done = _run("-c", program, **variable)
    assert done.stdout.strip().endswith(expected), done.stderr


def test_a_module_without_a_source_is_not_there() -> None:
    program = (
        "try:\n"
        "    from creditbus.services.engine.packing import _compiled\n"
        "except ImportError:\n"
        "    from creditbus.services.engine import packing\n"
        "    print(packing.pack_records.__module__)\n"
    )
    done = _run("-c", program, CREDITBUS_INTERPRETED="1")
    assert done.stdout.strip() == "creditbus.services.engine.packing.plain", done.stderr


def test_child_processes_are_interpreted_too() -> None:
    child = "from creditbus.services.intake import examination; print(examination.__file__)"
    program = (
        f"import subprocess, sys, creditbus.services\nsubprocess.run([sys.executable, '-c', {child!r}], check=True)"
    )
    done = _run("-c", program, CREDITBUS_INTERPRETED="1")
    assert done.stdout.strip().endswith("services/intake/examination.py"), done.stderr


def test_without_the_variable_nothing_is_hooked() -> None:
    done = _run("-c", "import sys, creditbus.services; print('creditbus.services.interpreted' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr


def test_a_command_runs_the_stages_as_python(tmp_path: Path) -> None:
    (tmp_path / "lists.csv").write_text(
        "主体名称,主体代码\n示例晨曦餐饮管理有限公司,91990106FC0090109B\n", encoding="utf-8"
    )
    (tmp_path / "lists.yaml").write_text(
        "{id: lists, department: credit-office, item: red-black-list, kind: csv, settings: {path: lists.csv}, "
        "mapping: red-black-lists}",
        encoding="utf-8",
    )
    # -v: what Python itself says of each module that it loads; no other way to see inside a command
    command = ("-v", "-m", "creditbus.services.cli", "trace", str(tmp_path / "lists.yaml"), "--row", "1")
    done = _run(*command, CREDITBUS_INTERPRETED="1")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "/services/intake/examination.py" in done.stderr
    extensions = [line for line in done.stderr.splitlines() if line.startswith("# extension module 'creditbus.")]
    assert extensions == []
