"""A MariaDB server of its own, from the system's package, as the one of PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.harness.waiting import until

__all__ = ["running_mariadb"]

_SERVER = Path("/usr/sbin/mariadbd")
_ACCOUNT = "mysql"
"""The server refuses to run as root; the package brings this account."""


@contextmanager
def running_mariadb() -> Iterator[str]:
    """Give the SQLAlchemy URL of a fresh server that listens on a socket of its own alone.

    Skips where MariaDB is not installed; in the gate (CI) that is a failure, for the gate installs it.
    """
    if not _SERVER.exists():
        reason = "MariaDB is not installed (Debian: apt-get install mariadb-server)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    # not pytest's folder: the server's account may not enter it, and a socket's path is at most 107 bytes long
    home = Path(tempfile.mkdtemp(prefix="creditbus-my-"))
    as_root = os.geteuid() == 0
    data, socket = home / "data", home / "socket"
    own = [f"--user={_ACCOUNT}"] if as_root else []
    try:
        if as_root:
            shutil.chown(home, _ACCOUNT, _ACCOUNT)
        make = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        subprocess.run([*make, "--skip-test-db", *own], check=True, capture_output=True, cwd=home)
        # a zone that is neither ours nor UTC: what the server's zone decides shows
        options = [
            "--skip-networking",
            f"--socket={socket}",
            f"--pid-file={home / 'pid'}",
            "--default-time-zone=-05:00",
        ]
        fast = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--skip-log-bin"]
        command = [str(_SERVER), "--no-defaults", f"--datadir={data}", *options, *fast, *own]
        with (home / "log").open("w", encoding="utf-8") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
        url = f"mariadb+pymysql://owner@localhost/shop?unix_socket={socket}"
        try:
            until(lambda: socket.exists() or server.poll() is not None, "MariaDB has its socket")
            _make_database(socket)
            yield url
        finally:
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _make_database(socket: Path) -> None:
    first = sa.URL.create("mariadb+pymysql", "root", host="localhost", query={"unix_socket": str(socket)})
    engine = sa.create_engine(first, poolclass=sa.NullPool)

    def made() -> bool:
        try:
            with engine.begin() as connection:
                connection.execute(sa.text("CREATE OR REPLACE DATABASE shop CHARACTER SET utf8mb4"))
                connection.execute(sa.text("CREATE OR REPLACE USER owner@localhost"))
                connection.execute(sa.text("GRANT ALL ON *.* TO owner@localhost WITH GRANT OPTION"))
        except OperationalError:
            return False
        return True

    until(made, "MariaDB answers")
    engine.dispose()
