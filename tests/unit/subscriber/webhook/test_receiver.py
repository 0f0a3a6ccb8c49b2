"""One request to a receiver: what is tried again and for how long, what is not, and the signature."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import certifi
import httpx
import pytest

from creditbus.services.subscriber.webhook.address import place_of, receiver_url, secrets_in
from creditbus.services.subscriber.webhook.receiver import Receiver
from creditbus.services.subscriber.webhook.signing import signature
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.documentation import DOCS
from tests.harness.receiving import Fault, Receiving, receiver_example, running_receiver

_SECRET = b"0123456789abcdef0123456789abcdef"
_LOGIN = "user:secret"
_BODY = json.dumps({"records": []}).encode()


@pytest.fixture
def receiving() -> Iterator[Receiving]:
    with running_receiver() as found:
        yield found


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def receiver(receiving: Receiving, slept: list[float], told: list[str]) -> Iterator[Receiver]:
    url = httpx.URL(receiving.url)
    with closing(Receiver(url, place_of(url), [_SECRET], 120, told.append, sleep=slept.append)) as found:
        yield found


def _in_turn(*answers: int | Fault) -> Callable[[], int | Fault]:
    left = list(answers)
    return lambda: left.pop(0) if left else 200


def test_what_may_pass_is_tried_again_with_growing_pauses(
    receiver: Receiver, receiving: Receiving, slept: list[float], told: list[str]
) -> None:
    receiving.answer = _in_turn(500, 503, Fault.DROPS, 429, 408, Fault.STORES_AND_FAILS)
    receiver.deliver(_BODY)
    assert len(slept) == 6
    assert all(0.25 * 2**n <= pause <= 0.5 * 2**n for n, pause in enumerate(slept))
    assert [body for _, body in receiving.posts] == [_BODY, _BODY], "once more after an answer that said no"
    assert len(told) == 1
    assert told[0].startswith(f"{receiving.url}: answers with status 500")
    receiving.answer = _in_turn(500)
    receiver.deliver(_BODY)
    assert len(told) == 2, "it worked in between"


def test_pauses_differ_so_that_many_do_not_come_at_once(
    receiver: Receiver, receiving: Receiving, slept: list[float]
) -> None:
    for _ in range(5):
        receiving.answer = _in_turn(500)
        receiver.deliver(_BODY)
    assert len(set(slept)) > 1


def test_the_receiver_says_how_long_to_wait(receiver: Receiver, receiving: Receiving, slept: list[float]) -> None:
    receiving.headers = {"Retry-After": "7"}
    receiving.answer = _in_turn(429, 503)
    receiver.deliver(_BODY)
    assert slept == [7.0, 7.0]


_WHEN = 1_700_000_000.0


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("Tue, 14 Nov 2023 22:13:50", 30.0),
        ("Mon, 01 Jan 1990 00:00:00 GMT", 0.5),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999", None),
        ("Mon, 21 Oct 2015 99999999999999999999:28:00 GMT", None),
        ("Mon, 31 Feb 2027 00:00:00 GMT", None),
        ("-7", None),
        ("soon", None),
        ("Mon,", None),
        (",", None),
    ],
)
def test_a_date_to_wait_for_is_followed_and_one_that_no_calendar_has_is_none(
    asked: str, pause: float | None, receiving: Receiving, slept: list[float]
) -> None:
    url = httpx.URL(receiving.url)
    receiver = Receiver(url, "there", [_SECRET], 120, lambda _: None, clock=lambda: _WHEN, sleep=slept.append)
    receiving.headers = {"Retry-After": asked}
    receiving.answer = _in_turn(503)
    with closing(receiver):
        receiver.deliver(_BODY)
    assert len(slept) == 1
    assert slept == [pause] if pause is not None else 0.25 <= slept[0] <= 0.5


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_lies_between_here_and_here(host: str, receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        url = receiver_url(receiving.url.replace("127.0.0.1", host))
        with closing(Receiver(url, place_of(url), [_SECRET], 0, lambda _: None)) as receiver:
            receiver.deliver(_BODY)
        assert proxy.asked == 0
    assert [body for _, body in receiving.posts] == [_BODY]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "example.org"])
def test_certificates_are_those_of_the_file_that_the_environment_names(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = receiver_url(f"https://{host}/inbox")
    for name, content in (("missing", None), ("empty", ""), ("words", "no certificate"), ("folder", None)):
        file = tmp_path / name
        if content is not None:
            file.write_text(content, encoding="utf-8")
        elif name == "folder":
            file.mkdir()
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with pytest.raises(ConfigurationError, match=r"SSL_CERT_FILE: no certificates can be read from it: .*; name a"):
            Receiver(url, place_of(url), [_SECRET], 0, lambda _: None)
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    Receiver(url, place_of(url), [_SECRET], 0, lambda _: None).close()


@pytest.mark.parametrize(
    "proxy", [f"ftp://{_LOGIN}@proxy:21", f"socks5://{_LOGIN}@proxy", f"http://{_LOGIN}@proxy:port"]
)
def test_a_proxy_that_cannot_be_used_is_a_line(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("https_proxy", proxy)
    url = receiver_url("https://example.org/inbox")
    with pytest.raises(ConfigurationError, match=r"HTTPS_PROXY.*write http://host:port") as caught:
        Receiver(url, place_of(url), [_SECRET], 0, lambda _: None)
    assert "secret" not in str(caught.value)


def test_patience_ends(receiver: Receiver, receiving: Receiving, slept: list[float]) -> None:
    receiving.answer = lambda: 500
    with pytest.raises(UnavailableError, match=r"answers with status 500; .*goes on where it stood"):
        receiver.deliver(_BODY)
    assert 60 < sum(slept) <= 120
    receiving.headers = {"Retry-After": "3600"}
    with pytest.raises(UnavailableError):
        receiver.deliver(_BODY)


def test_nobody_there_is_tried_again(slept: list[float], told: list[str]) -> None:
    with running_receiver() as gone:
        url = httpx.URL(gone.url)
    receiver = Receiver(url, place_of(url), [_SECRET], 5, told.append, sleep=slept.append)
    with closing(receiver), pytest.raises(UnavailableError, match="cannot be reached"):
        receiver.deliver(_BODY)
    assert slept


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_what_the_receiver_refuses_is_not_sent_again(status: int, receiver: Receiver, receiving: Receiving) -> None:
    receiving.answer = lambda: status
    with pytest.raises(ConfigurationError, match=f"answers with status {status}"):
        receiver.deliver(_BODY)
    assert receiving.asked == 1


def test_no_redirect_is_followed(receiver: Receiver, receiving: Receiving) -> None:
    receiving.headers = {"Location": "/elsewhere"}
    receiving.answer = lambda: 307
    with pytest.raises(ConfigurationError, match="redirect"):
        receiver.deliver(_BODY)
    assert receiving.asked == 1


@pytest.mark.parametrize("page", ["feed-sync.md", "feed-sync.zh-CN.md"])
def test_the_page_s_receiver_takes_our_signature_and_no_other(
    page: str, receiver: Receiver, receiving: Receiving
) -> None:
    code = receiver_example((DOCS / page).read_text(encoding="utf-8"))
    # the function alone: the rest opens files and listens
    names: dict[str, Any] = {"SECRET": _SECRET}
    function = code[code.index("def is_genuine") : code.index("class Receiver")]
    exec(compile("import hashlib, hmac, time\n" + function, page, "exec"), names)  # noqa: S102 -- the page's own code
    is_genuine = names["is_genuine"]
    receiver.deliver(_BODY)
    ((headers, body),) = receiving.posts
    header = headers["creditbus-signature"]
    assert headers["content-type"] == "application/json"
    assert is_genuine(header, body)
    now = int(time.time())
    assert not is_genuine(header, body + b" ")
    assert not is_genuine("", body)
    assert not is_genuine("t=1,v1=", body)
    assert not is_genuine(signature([b"x" * 32], now, body), body), "another's secret"
    assert not is_genuine(signature([_SECRET], now - 3600, body), body), "an old one that is sent again"
    assert not is_genuine(header.replace("t=", "t=1"), body)
    assert is_genuine(signature([b"x" * 32, _SECRET], now, body), body), "while the secret is being changed"


@pytest.mark.parametrize(
    ("to", "complaint"),
    [
        ("http://example.org/credit", "example.org would get the records unencrypted"),
        ("https://", "not the address of a receiver"),
        (f"https://{_LOGIN}@host:port/x", "not the address of a receiver"),
    ],
)
def test_an_address_that_will_not_do_is_refused(to: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        receiver_url(to)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "to", ["https://example.org/x", "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:5/"]
)
def test_an_address_that_will_do(to: str) -> None:
    assert str(receiver_url(to)) == to


def test_nothing_secret_is_shown_of_an_address() -> None:
    url = receiver_url(f"https://{_LOGIN}@example.org:8443/credit?token=secret")
    assert place_of(url) == "https://example.org:8443/credit"


def test_secrets_are_lines_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "webhook.secret"
    file.write_text(f"{_SECRET.decode()}\n\n{'x' * 32}\n", encoding="utf-8")
    assert secrets_in(file) == [_SECRET, b"x" * 32]
    for content in ("", "short\n", f"{'x' * 32}\nshort"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(ConfigurationError, match="less than 32 characters"):
            secrets_in(file)
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            secrets_in(path)
    with pytest.raises(ConfigurationError, match=r"--secret-file: .*openssl rand"):
        secrets_in(None)
