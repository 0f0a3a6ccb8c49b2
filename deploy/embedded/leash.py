"""Stops the servers of a home when the process at the other end of standard input is gone, however it went.

Run as `python -m creditbus.deploy.embedded.leash HOME`. For servers that belong to one process, such as a test run:
a SIGKILL leaves that process no time to stop them, and nobody would come back for its home.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from creditbus.deploy.embedded.cluster import Cluster

__all__ = ["attach"]


def attach(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Bind the cluster's servers to the life of this process. Close the result's `stdin` to let go."""
    command = [sys.executable, "-m", "creditbus.deploy.embedded.leash", str(cluster.home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.buffer.read()
    Cluster(Path(sys.argv[1])).stop()


if __name__ == "__main__":
    _main()
