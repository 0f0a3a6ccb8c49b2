"""What answers at a registry's address and is not a registry, and addresses that cannot be one's."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from creditbus.topics.errors import ConfigurationError, UnavailableError
from creditbus.topics.registry import NotARegistryError, RegistryError, SchemaRegistry, UnknownSchemaError

Answer = tuple[int, dict[str, str], bytes]
Answering = Callable[[str, str], Answer]

WHO = "user:secret"
PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head></html>"
RESTEASY = {"title": "RESTEASY003210: Could not find resource", "status": 404, "name": "NotFoundException"}
CONNECT = {"error_code": 404, "message": "HTTP 404 Not Found"}


def _json(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _page(status: int, **headers: str) -> Answer:
    return status, {"Content-Type": "text/html", **headers}, PAGE


@contextmanager
def serving(answer: Answering) -> Iterator[str]:
    """A web server that answers each request (method, path) so."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answer(self.command, self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _reply  # noqa: N815 -- the names of the base class

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


QUESTIONS: dict[str, Callable[[SchemaRegistry], object]] = {
    "find": lambda registry: registry.find("a", {}),
    "schema": lambda registry: registry.schema(1),
    "latest": lambda registry: registry.latest("a"),
    "versions": lambda registry: registry.versions("a"),
    "subjects": lambda registry: registry.subjects(),
    "compatibility": lambda registry: registry.compatibility("a"),
    "register": lambda registry: registry.register("a", {}),
    "set": lambda registry: registry.set_compatibility("a", "FULL"),
}
asked = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


@asked
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_json(404, RESTEASY), "answers 404 Not Found to"),
        (_json(404, CONNECT), "answers 404 Not Found to"),
        (_page(404), "answers 404 Not Found to"),
        ((404, {}, b""), "answers 404 Not Found to"),
        (_page(405), "answers 405"),
        (_page(400), "answers 400"),
        (_page(200), "something else than JSON"),
        ((200, {}, b""), "something else than JSON"),
        (_page(302, Location="/login?token=secret"), "sends .* elsewhere: 302 Found to /login;"),
        (_page(301, Location=f"https://{WHO}@other/x"), "elsewhere: 301 .* to https://other/x;"),
        (_page(308, Location="https://other/"), "elsewhere: 308"),
    ],
)
def test_what_is_no_registry_is_called_so_and_never_taken_for_nothing_there(
    question: Callable[[SchemaRegistry], object], answer: Answer, said: str
) -> None:
    with serving(lambda *_: answer) as url, pytest.raises(NotARegistryError, match=said) as raised:
        question(SchemaRegistry(url))
    assert raised.value.fix == "set CREDITBUS_REGISTRY_URL to the registry's base"


@pytest.mark.parametrize("name", sorted(set(QUESTIONS) - {"set"}))
@pytest.mark.parametrize("body", [{"status": "UP"}, "ok", 7, None, {"id": "one", "compatibility": 1}])
def test_json_of_another_service_is_no_answer(name: str, body: Any) -> None:
    with (
        serving(lambda *_: _json(200, body)) as url,
        pytest.raises(NotARegistryError, match="that no schema registry answers with"),
    ):
        QUESTIONS[name](SchemaRegistry(url))


@pytest.mark.parametrize("code", [40401, 40402, 40403])
def test_only_the_registrys_own_codes_say_that_something_is_not_there(code: int) -> None:
    with serving(lambda *_: _json(404, {"error_code": code, "message": "not found"})) as url:
        registry = SchemaRegistry(url)
        assert (registry.find("a", {}), registry.latest("a"), registry.compatibility("a")) == (None, None, None)
        assert registry.versions("a") == []
        with pytest.raises(UnknownSchemaError, match="schema 7"):
            registry.schema(7)


@pytest.mark.parametrize("given", ["", "/", "/subjects", "/apis/ccompat", "/apis/ccompat/v7/subjects", "/ui/#x"[:4]])
def test_a_missing_or_wrong_path_is_told_with_the_right_one(given: str) -> None:
    base = "/apis/ccompat/v7"

    def apicurio(method: str, path: str) -> Answer:
        if path == f"{base}/subjects" and method == "GET":
            return _json(200, ["creditbus.Reject"])
        return _json(404, RESTEASY)

    with serving(apicurio) as url, pytest.raises(NotARegistryError) as raised:
        SchemaRegistry(url + given).find("a", {})
    assert raised.value.fix == f"there is one at {url}{base}: set CREDITBUS_REGISTRY_URL to it"


@pytest.mark.parametrize("end", ["", "/", "//", " ", "/ \n"])
def test_slashes_and_blanks_at_the_end_do_not_matter(end: str) -> None:
    def confluent(_: str, path: str) -> Answer:
        return _json(200, {"id": 3}) if path == "/base/subjects/a" else _json(404, CONNECT)

    with serving(confluent) as url:
        assert SchemaRegistry(f"{url}/base{end}").find("a", {}) == 3


def test_a_refusal_stays_one() -> None:
    incompatible = _json(409, {"error_code": 409, "message": "incompatible"})
    with serving(lambda *_: incompatible) as url, pytest.raises(RegistryError, match="incompatible"):
        SchemaRegistry(url).register("a", {})


@pytest.mark.parametrize("code", [401, 403, 407])
def test_a_login_is_named(code: int) -> None:
    with (
        serving(lambda *_: _page(code)) as url,
        pytest.raises(RegistryError, match=f"refuses GET /subjects: {code} .*does not log in"),
    ):
        SchemaRegistry(url).subjects()


@pytest.mark.parametrize("code", [500, 502, 503, 504, 429])
def test_a_proxy_before_a_registry_that_is_away_is_an_absence(code: int) -> None:
    with serving(lambda *_: _page(code)) as url, pytest.raises(UnavailableError, match=f"answers {code}") as raised:
        SchemaRegistry(url).subjects()
    assert not isinstance(raised.value, NotARegistryError)


def test_https_to_plain_http_and_the_other_way_round_are_named() -> None:
    with serving(lambda *_: _page(200)) as url, pytest.raises(NotARegistryError, match="speaks no TLS; is it http"):
        SchemaRegistry(url.replace("http:", "https:")).subjects()
    with _speaking(b"\x15\x03\x03\x00\x02\x02\x46") as url, pytest.raises(NotARegistryError, match="is it https"):
        SchemaRegistry(url).subjects()
    with _speaking(b"-ERR unknown command\r\n") as url, pytest.raises(NotARegistryError, match="no plain HTTP"):
        SchemaRegistry(url).subjects()


@contextmanager
def _speaking(words: bytes) -> Iterator[str]:
    """A server of another protocol: it says this to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(words)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("", "set CREDITBUS_REGISTRY_URL"),
        ("localhost:8081", "set CREDITBUS_REGISTRY_URL to http://localhost:8081"),
        ("//host:8081/x", "set CREDITBUS_REGISTRY_URL to http:////host:8081/x"),
        ("ftp://host", "set CREDITBUS_REGISTRY_URL to http://host"),
        ("http://", "set CREDITBUS_REGISTRY_URL to http://"),
        ("http://host:port", "set CREDITBUS_REGISTRY_URL to http://host:port/path"),
        ("http://[::1", "set CREDITBUS_REGISTRY_URL to http://host:port/path"),
        ("http://host/?a=b", "leave out what begins with ? or #"),
        ("http://host/#/ui", "leave out what begins with ? or #"),
        (f"http://{WHO}@host", "leave them out"),
        (f"{WHO}@host", "leave them out"),
    ],
)
def test_an_address_that_cannot_be_one_is_the_users_mistake(url: str, fix: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        SchemaRegistry(url)
    assert raised.value.fix == fix
    assert "secret" not in str(raised.value)
