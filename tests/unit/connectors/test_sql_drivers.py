"""A database whose driver is not installed: what to install, and the form of the URL."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from creditbus.connectors import sql
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql.database import Database
from creditbus.connectors.sql.drivers import DRIVERS, how_to_connect
from creditbus.connectors.sql.settings import SqlSettings


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        (
            "mysql://reader@host/credit",
            "pip install 'pymysql[rsa]' next to creditbus; the form of its URL is mysql+pymysql://",
        ),
        ("oracle+oracledb://reader@host/credit", "pip install oracledb"),
        ("mssql+pyodbc://reader@host/credit", "pip install pyodbc"),
        ("dm+dmPython://reader@host:5236", "pip install dmPython dmSQLAlchemy"),
        ("kingbase://reader@host/credit", "postgresql+psycopg://user@host:54321/database"),
        ("postgre://reader@host/credit", "the form of its URL is postgresql+psycopg://"),
        ("hive://reader@host/credit", "known forms: postgresql+psycopg://"),
    ],
)
def test_a_driver_that_is_not_there_is_named_with_the_form_of_its_url(url: str, fix: str) -> None:
    with pytest.raises(SourceError) as raised, Database(SqlSettings(url=url)).reading():
        pass
    assert "the driver is not installed" in str(raised.value)
    assert fix in str(raised.value)
    assert raised.value.text().zh != str(raised.value)


@pytest.mark.parametrize("name", DRIVERS)
def test_the_form_of_every_url_is_one(name: str) -> None:
    url = make_url(DRIVERS[name].url)
    assert url.password is None
    assert DRIVERS[name].url in how_to_connect(name)


def test_the_page_of_the_kind_shows_the_form_of_every_url() -> None:
    page = (Path(sql.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert [driver.url for name, driver in DRIVERS.items() if name != "sqlite" and f"`{driver.url}`" not in page] == []
