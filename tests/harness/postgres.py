"""A PostgreSQL server of its own, from the system's package, for tests that need two transactions at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["is_installed", "running_postgres"]

_NOBODY = "postgres"
"""The server refuses to run as root; the package brings this account."""


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def is_installed() -> bool:
    return _programs() is not None


@contextmanager
def running_postgres(port: int | None = None) -> Iterator[str]:
    """Give the SQLAlchemy URL of a fresh server that listens on a socket of its own, and on a local port if it is to.

    Skips where PostgreSQL is not installed; in the gate (CI) that is a failure, for the gate installs it.
    """
    programs = _programs()
    if programs is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    # not pytest's folder: the server's account may not enter it, and a socket's path is at most 107 bytes long
    home = Path(tempfile.mkdtemp(prefix="creditbus-pg-"))
    as_user = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--init-groups"] if os.geteuid() == 0 else []
    data = home / "data"
    try:
        if as_user:
            shutil.chown(home, _NOBODY, _NOBODY)
        run = [*as_user, "env", "LC_ALL=C"]
        make = ["--auth=trust", "--username=owner", "--encoding=UTF8", "--no-sync", "-D", str(data)]
        subprocess.run([*run, str(programs / "initdb"), *make], check=True, capture_output=True, cwd=home)
        listen = "-c listen_addresses=''" if port is None else f"-c listen_addresses=127.0.0.1 -c port={port}"
        options = f"{listen} -c unix_socket_directories='{home}' -c fsync=off -c timezone=UTC"
        control = [*run, str(programs / "pg_ctl"), "-w", "-D", str(data)]
        log = str(home / "log")
        subprocess.run([*control, "-l", log, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=home)
        try:
            yield f"postgresql+psycopg://owner@/postgres?host={home}" + ("" if port is None else f"&port={port}")
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd=home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
