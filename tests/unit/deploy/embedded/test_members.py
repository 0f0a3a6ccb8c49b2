"""The question to one broker: what does not answer as a broker has no members, and soon."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from creditbus.deploy.embedded.members import members


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_port_where_nobody_listens_has_no_members(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    assert members(port) == {}


def test_who_accepts_and_never_answers_is_waited_for_a_second(listener: socket.socket) -> None:
    began = time.monotonic()
    assert members(listener.getsockname()[1]) == {}
    assert time.monotonic() - began < 20.0


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\x00", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x06\0\0\0\0\0\0"]
)
def test_what_is_no_answer_of_a_broker_has_no_members(listener: socket.socket, answer: bytes) -> None:
    def speak() -> None:
        with listener.accept()[0] as connection:
            connection.recv(1024)
            connection.sendall(answer)

    speaker = threading.Thread(target=speak)
    speaker.start()
    assert members(listener.getsockname()[1]) == {}
    speaker.join()
