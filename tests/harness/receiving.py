"""A receiver over HTTP that answers as a test says, and remembers what it has stored."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final

__all__ = ["Fault", "Receiving", "receiver_example", "running_receiver"]

_ACCEPTED: Final = 204


class Fault(Enum):
    """What a receiver does in place of storing and saying so."""

    DROPS = "closes the connection before it has stored anything"
    STORES_AND_DROPS = "stores, and closes the connection without an answer"
    STORES_AND_FAILS = "stores, and answers with 500"


@dataclass
class Receiving:
    """The running receiver.

    Attributes:
        url: where it is.
        answer: says what becomes of the next request: a status, or a fault.
        headers: of every answer.
        posts: headers and body of each request that was stored, in order.

    """

    url: str
    answer: Callable[[], int | Fault] = lambda: _ACCEPTED
    headers: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: int = 0

    def records(self) -> list[dict[str, Any]]:
        """Return all records that came, those that came twice as well."""
        return [record for _, body in self.posts for record in json.loads(body)["records"]]


@contextmanager
def running_receiver() -> Iterator[Receiving]:
    """Give a receiver on this machine."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                receiving.asked += 1
                wanted = receiving.answer()
                stores = wanted is not Fault.DROPS and (isinstance(wanted, Fault) or 200 <= wanted < 300)
                if stores:
                    receiving.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if wanted in (Fault.DROPS, Fault.STORES_AND_DROPS):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(500 if isinstance(wanted, Fault) else wanted)
            for name, value in {"Content-Length": "0", **receiving.headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None: ...

    server = Server(("127.0.0.1", 0), Handler)
    receiving = Receiving(f"http://127.0.0.1:{server.server_port}/credit")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiving
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def receiver_example(page: str) -> str:
    """Return the receiver in Python that a page gives."""
    (found,) = (block.partition("```")[0] for block in page.split("```python\n")[1:] if "class Receiver" in block)
    return found
