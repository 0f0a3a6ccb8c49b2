"""The demonstration on generated files ends with every count as it must be, and says so by its exit code."""

import subprocess
import sys
from pathlib import Path

from creditbus.deploy.demo.commands import environment

_SECONDS = 300


def test_the_ledger_ends_with_the_true_counts(tmp_path: Path) -> None:
    done = _demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every count is the one that the generated files were made to have" in done.stdout
    assert "creditbus profile show" in done.stdout
    assert "one change in two feeds" in done.stdout
    assert "moves from 420106 to 420103: feed.district-wuchang takes back" in done.stdout
    assert "manifest 1 of feed.district-wuchang, signed by demonstration.example, is verified" in done.stdout
    assert not (tmp_path / "demo" / "endpoints.json").exists(), "the servers are stopped"


def test_a_folder_that_is_not_the_demonstrations_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "precious").touch()
    done = _demo(tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "demo" / "precious").exists()


def test_a_folder_without_known_files_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = _demo(tmp_path, "--data", str(tmp_path / "empty"))
    assert done.returncode == 2
    assert "holds none of the files" in done.stderr
    assert done.stderr.count("\n") == 1


def _demo(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "creditbus.services.cli", "demo", *arguments]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False, timeout=_SECONDS)
