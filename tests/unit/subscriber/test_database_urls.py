"""What the URL of a copy's database may say wrongly is one line, and shows no password."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.connectors.sql.drivers import how_to_connect
from creditbus.services.subscriber.sql.database import engine_of
from creditbus.services.subscriber.sql.sql_copy import SqlCopy
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.feed_copies import TOPIC

_ACCOUNT = "user:secret"
_MYSQL = f"mysql+pymysql://{_ACCOUNT}@127.0.0.1:1/credit"
_POSTGRESQL = f"postgresql+psycopg://{_ACCOUNT}@127.0.0.1:1/credit"


def _open(url: str) -> None:
    with SqlCopy(engine_of(url, how_to_connect), TOPIC):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///{}/a.db?timeout=abc",
        "sqlite:///{}/a.db?nonsense=1",
        "sqlite:///{}/a.db?check_same_thread=abc",
        "sqlite:///{}/a%00b.db",
        f"{_MYSQL}?foo=bar",
        f"{_MYSQL}?connect_timeout=abc",
        f"{_MYSQL}?read_timeout=abc",
        f"{_MYSQL}?ssl_ca={{}}/nowhere.pem",
        f"mysql+pymysql://{_ACCOUNT}@a..b/credit",
        f"{_POSTGRESQL}?foo=bar",
        f"{_POSTGRESQL}?host=a,b&port=1",
        f"{_POSTGRESQL}?host=a&host=b:x",
        f"postgresql+psycopg://{_ACCOUNT}@a..b/credit",
    ],
)
def test_an_option_that_will_not_do_is_a_line(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"an option of the URL will not do: .*://") as caught:
        _open(url.format(tmp_path))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_that_is_gone_afterwards_holds_no_copy(url: str) -> None:
    with pytest.raises(ConfigurationError, match="in memory alone, and is gone when the command ends"):
        engine_of(url, how_to_connect)


@pytest.mark.parametrize("url", [_MYSQL, _POSTGRESQL, f"{_MYSQL}?charset=utf8mb5", f"{_POSTGRESQL}?sslmode=abc"])
def test_a_server_that_does_not_answer_is_away(url: str) -> None:
    with pytest.raises(UnavailableError, match="check URL, password and rights") as caught:
        _open(url)
    assert "secret" not in str(caught.value)


def test_a_file_where_no_file_can_be_is_a_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "a.db"):
        with pytest.raises(UnavailableError, match="unable to open database file"):
            _open(f"sqlite:///{path}")
    assert list(tmp_path.iterdir()) == []
