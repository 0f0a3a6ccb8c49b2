"""A registry whose connections break."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from creditbus.topics.errors import UnavailableError
from creditbus.topics.registry import SchemaRegistry

BODY = b'{"schema": "\\"string\\""}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(BODY), BODY)


@contextmanager
def registry(breaks: int) -> Iterator[str]:
    """A registry that breaks this many connections, and answers on those after them."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for number in range(breaks + 1):
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    if number >= breaks:
                        connection.sendall(ANSWER)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_connection_that_breaks_once_ends_no_command() -> None:
    with registry(breaks=1) as url:
        assert SchemaRegistry(url).schema(1) == "string"


def test_a_registry_whose_connections_go_on_breaking_does_not_answer() -> None:
    with registry(breaks=2) as url, pytest.raises(UnavailableError, match="does not answer"):
        SchemaRegistry(url).schema(1)
