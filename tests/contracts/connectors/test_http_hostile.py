"""Settings and answers that no request and no calendar has: the kind http says which, at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from creditbus.connectors.common.secret import Secret
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.http.settings import HttpSettings
from creditbus.connectors.http.source import HttpSource
from tests.harness.web import Reply, Web


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


@pytest.mark.parametrize(
    "asked",
    [
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 2024 00:00:00 +999999999999",
        "Mon, 99 Jan 99999999999 00:00:00 GMT",
        "soon",
        "-1",
        "1e5",
        "",
        ",",
    ],
)
def test_a_pause_that_no_calendar_has_counts_as_none(
    asked: str, web: Web, connect: Callable[..., HttpSource], pauses: list[float]
) -> None:
    replies = iter([Reply(status=503, headers={"Retry-After": asked}), Reply([])])
    web.answer = lambda _: next(replies)
    source = connect()
    try:
        source.version()
    except SourceError as error:
        assert "asks to wait" in str(error)  # noqa: PT017 -- the last moment of all is a date, and is long
    else:
        assert pauses in ([1.0], [0.0])


def test_a_pause_of_more_digits_than_anything_has_ends_the_run(web: Web, connect: Callable[..., HttpSource]) -> None:
    web.answer = lambda _: Reply(status=503, headers={"Retry-After": "9" * 400})
    with pytest.raises(SourceError, match="asks to wait"):
        connect().version()


def test_any_number_of_attempts_has_its_pauses(
    web: Web, connect: Callable[..., HttpSource], pauses: list[float]
) -> None:
    replies = iter([Reply(status=503)] * 1030)
    web.answer = lambda _: next(replies, Reply([]))
    connect(attempts=1100, longest_pause=3).version()
    assert pauses[:3] == [1.0, 2.0, 3.0]
    assert pauses[-1] == 3.0


_NO_CHARSETS = ["hex", "base64", "rot13", "zip", "undefined", "unicode_escape", "punycode", "klingon"]


@pytest.mark.parametrize("name", _NO_CHARSETS)
def test_a_codec_that_is_not_of_texts_is_no_charset(name: str, web: Web, connect: Callable[..., HttpSource]) -> None:
    web.answer = lambda _: Reply(b'[{"id": 1}]', headers={"Content-Type": f"application/json; charset={name}"})
    with pytest.raises(SourceError, match=f"is in the charset '{name}', which is not known here"):
        connect().version()
    with pytest.raises(ValidationError, match="is not known"):
        connect(charset=name)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "条"])
def test_a_name_that_no_codec_has_is_an_error_of_the_settings(name: str, connect: Callable[..., HttpSource]) -> None:
    with pytest.raises(ValidationError):
        connect(charset=name)


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-32", "gbk", "Big5", "utf_8_sig", "hz"])
def test_charsets_are_charsets(name: str, connect: Callable[..., HttpSource]) -> None:
    connect(charset=name)
