"""Settings and answers that no request and no calendar has: the kind http says which, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from creditbus.connectors.common.secret import Secret
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.http.settings import HttpSettings
from creditbus.connectors.http.source import HttpSource
from tests.harness.web import Reply, Web, running_web


@pytest.fixture
def web() -> Iterator[Web]:
    with running_web() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were made, in seconds."""
    return []


@pytest.fixture
def connect(web: Web, pauses: list[float]) -> Callable[..., HttpSource]:
    """Open a source; keyword arguments are settings."""

    def connect(**settings: Any) -> HttpSource:
        raw = {"url": f"{web.url}/rows", **settings}
        return HttpSource(HttpSettings.model_validate(raw), sleep=pauses.append)

    return connect


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_a_line_end_after_a_secret_is_left_out_wherever_it_is(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_TOKEN", f" a b {end}")
    file = tmp_path / "secret"
    file.write_bytes(f" a b {end}".encode())
    assert Secret(env="EXAMPLE_TOKEN").reveal() == Secret(file=file).reveal() == " a b "
    monkeypatch.setenv("EXAMPLE_TOKEN", end)
    with pytest.raises(ConfigurationError, match="EXAMPLE_TOKEN: is not set"):
        Secret(env="EXAMPLE_TOKEN").reveal()


@pytest.mark.parametrize("token", ["zq\nb", "zq\r\nX-Other: b", "zq\x01", "zq ", "zq\x7f", "zq\x0bb"], ids=repr)
def test_a_token_that_http_cannot_carry_is_an_error_of_the_settings(
    token: str, web: Web, connect: Callable[..., HttpSource], monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setenv("EXAMPLE_TOKEN", token)
    source = connect(token={"env": "EXAMPLE_TOKEN"})
    with pytest.raises(ConfigurationError, match=r"settings.headers or token: hold a line end") as error:
        source.version()
    assert "zq" not in str(error.value)
    assert "hold a line end" in source.check()[0].message
    assert not web.requests
    assert not pauses


@pytest.mark.parametrize("name", ["a b", "", "a:", "标头", "a\n", "a/b"], ids=repr)
def test_a_header_of_no_name_is_an_error_of_the_settings(name: str, connect: Callable[..., HttpSource]) -> None:
    for settings in ({"headers": {name: "a"}}, {"token_header": name}):
        with pytest.raises(ValidationError, match="cannot be the name of a header"):
            connect(**settings)


@pytest.mark.parametrize("value", ["a\n", " a", "a\r\nb", "a\0"], ids=repr)
def test_a_value_that_no_header_has_is_an_error_of_the_settings(value: str, connect: Callable[..., HttpSource]) -> None:
    with pytest.raises(ValidationError, match="the value of the header 'X-A' holds a line end"):
        connect(headers={"X-A": value})


def test_a_request_that_http_cannot_carry_is_not_tried_again(
    connect: Callable[..., HttpSource], pauses: list[float]
) -> None:
    for headers in ({"Content-Length": "many"}, {"Transfer-Encoding": "none"}):
        with pytest.raises(ConfigurationError, match=r"settings.headers or token: make a request that HTTP cannot"):
            connect(headers=headers).version()
    assert not pauses


def test_usual_headers_and_tokens_go_through(
    web: Web, connect: Callable[..., HttpSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_TOKEN", "a b=\n")
    web.answer = lambda _: Reply([])
    connect(headers={"X-A": "a, b;\tc", "X-Empty": ""}, token={"env": "EXAMPLE_TOKEN"}).version()
    assert web.requests[0].headers["x-a"] == "a, b;\tc"
    assert web.requests[0].headers["authorization"] == "Bearer a b="
