"""Servers of files: sshd, rclone (S3, WebDAV) and pyftpdlib (FTP), each with one folder of this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.product import ROOT

__all__ = ["PROTOCOLS", "FileServer", "running_file_server"]

_LOCAL: Final = "127.0.0.1"
_USER: Final = "reader"
_PASSWORD: Final = "example-words"  # noqa: S105 -- of servers that live for a test
_BUCKET: Final = "drops"
_SSHD: Final = Path("/usr/sbin/sshd")


@dataclass
class FileServer:
    """A running server.

    Attributes:
        settings: of the kind remote-folder, to reach its folder.
        folder: that folder on this machine: what a test writes there is there for the server's clients.
        port: where it listens.
    """

    settings: dict[str, Any]
    folder: Path
    port: int
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running_file_server(protocol: str, home: Path, variant: str = "utf-8") -> Iterator[FileServer]:
    """Start a server.

    Args:
        protocol: one of PROTOCOLS.
        home: an empty folder for it.
        variant: of ftp: encoding of names, ``old`` for a server without MLSD, ``undated`` for one without times.
    """
    (home / "password").write_text(f"{_PASSWORD}\n", encoding="utf-8")
    folder = home / "served" / "drops" / "inbox"
    folder.mkdir(parents=True)
    server = PROTOCOLS[protocol](home, folder, variant)
    try:
        yield server
    finally:
        server.kill()
        for stream in (server.process.stdout, server.process.stderr):
            if stream is not None:
                stream.close()


def _login(home: Path) -> dict[str, Any]:
    return {"user": _USER, "password": {"file": str(home / "password")}}


def _started(command: list[str], *, says: str, on: str = "stdout") -> tuple[subprocess.Popen[str], int]:
    """Start a program, and read its port from what it prints."""
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, on: subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload] # one of the two
    for line in getattr(process, on):
        if found := re.search(says, line):
            return process, int(found[1])
    raise AssertionError(f"{command[0]} ended with {process.wait()}")


def _ftp(home: Path, folder: Path, variant: str) -> FileServer:
    arguments = [str(home / "served"), variant, _USER, _PASSWORD]
    process, port = _started([sys.executable, "-m", "tests.harness.ftp_server", *arguments], says=r"^(\d+)$")
    return FileServer({"url": f"ftp://{_LOCAL}:{port}/drops/inbox", **_login(home)}, folder, port, process)


def _rclone(home: Path, *options: str) -> tuple[subprocess.Popen[str], int]:
    """Serve by rclone, which looks at the folder at every question."""
    program = str(Path(sys.executable).parent / "rclone")
    fresh = ["--dir-cache-time", "0s", "--poll-interval", "0", "--config", os.devnull, "-v"]
    command = [program, "serve", *options, str(home / "served"), "--addr", f"{_LOCAL}:0", *fresh]
    return _started(command, says=r"http://[\d.]+:(\d+)/", on="stderr")


def _webdav(home: Path, folder: Path, _: str) -> FileServer:
    options = ("--read-only", "--user", _USER, "--pass", _PASSWORD, "--baseurl", "dav", "--etag-hash", "MD5")
    process, port = _rclone(home, "webdav", *options)
    return FileServer({"url": f"webdav://{_LOCAL}:{port}/dav/drops/inbox", **_login(home)}, folder, port, process)


def _s3(home: Path, folder: Path, _: str) -> FileServer:
    process, port = _rclone(home, "s3", "--read-only", "--auth-key", f"{_USER},{_PASSWORD}")
    settings = {"url": f"s3://{_BUCKET}/inbox", "endpoint": f"http://{_LOCAL}:{port}", **_login(home)}
    return FileServer(settings, folder, port, process)


def _sftp(home: Path, folder: Path, _: str) -> FileServer:
    """Run an sshd for whoever runs the tests, with keys of its own.

    Skips where it is not installed; in the gate (CI) that is a failure, for the gate installs it.
    """
    if not _SSHD.exists():
        reason = "sshd is not installed (Debian: apt-get install openssh-server)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(home / name)]
        subprocess.run(command, check=True, capture_output=True)
    shutil.copy(home / "user.pub", home / "authorized")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with closing(socket.socket()) as free:
        free.bind((_LOCAL, 0))
        port = free.getsockname()[1]
    options: dict[str, object] = {
        "Port": str(port),
        "ListenAddress": _LOCAL,
        "HostKey": home / "host",
        "AuthorizedKeysFile": home / "authorized",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
        "Subsystem": "sftp internal-sftp",
        "LogLevel": "INFO",
    }
    (home / "config").write_text("".join(f"{name} {value}\n" for name, value in options.items()), encoding="utf-8")
    process, port = _started([str(_SSHD), "-D", "-e", "-f", str(home / "config")], says=r"port (\d+)", on="stderr")
    key = (home / "host.pub").read_text(encoding="utf-8")
    (home / "known_hosts").write_text(f"[{_LOCAL}]:{port} {key}", encoding="utf-8")
    account = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
    settings = {
        "url": f"sftp://{_LOCAL}:{port}{folder}",
        "user": account,
        "private_key": str(home / "user"),
        "known_hosts": str(home / "known_hosts"),
    }
    return FileServer(settings, folder, port, process)


PROTOCOLS: Final[Mapping[str, Callable[[Path, Path, str], FileServer]]] = {
    "sftp": _sftp,
    "ftp": _ftp,
    "s3": _s3,
    "webdav": _webdav,
}
