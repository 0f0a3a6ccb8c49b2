"""Serves a folder over FTP, in a process of its own: `python -m tests.harness.ftp_server FOLDER VARIANT USER PASSWORD`.

Prints the port that it listens on, and serves until it is killed.
"""

from __future__ import annotations

import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer


def _serve(folder: str, variant: str, user: str, password: str) -> None:
    authorizer = DummyAuthorizer()
    authorizer.add_user(user, password, folder, perm="elr")
    commands = dict(FTPHandler.proto_cmds)
    if variant in ("old", "undated"):  # as vsftpd and IIS: no listing for machines
        del commands["MLSD"], commands["MLST"]
    if variant == "undated":
        del commands["MDTM"]
    own = {
        "authorizer": authorizer,
        "auth_failed_timeout": 0,
        "encoding": "gb18030" if variant == "gb18030" else "utf-8",
        "proto_cmds": commands,
    }
    server = FTPServer(("127.0.0.1", 0), type("Handler", (FTPHandler,), own))
    sys.stdout.write(f"{server.socket.getsockname()[1]}\n")
    sys.stdout.flush()
    server.serve_forever(handle_exit=False)


if __name__ == "__main__":
    logging.disable()
    _serve(*sys.argv[1:])
