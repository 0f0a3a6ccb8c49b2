"""Which packages speak to which database, and what its URL looks like, for anyone whose driver is not there.

The forms are those of SQLAlchemy's documentation ("Database URLs") and of the pages of the dialects.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from creditbus.connectors.sql import messages
from creditbus.topics.suggestion import nearest
from creditbus.topics.text import Text

__all__ = ["DRIVERS", "Driver", "how_to_connect"]


class Driver(NamedTuple):
    """How one kind of database is reached."""

    packages: str
    """To install next to creditbus."""
    url: str


DRIVERS: Final[Mapping[str, Driver]] = {
    "postgresql": Driver("psycopg[binary]", "postgresql+psycopg://user@host:5432/database"),
    "mysql": Driver("'pymysql[rsa]'", "mysql+pymysql://user@host:3306/database"),
    "mariadb": Driver("'pymysql[rsa]'", "mariadb+pymysql://user@host:3306/database"),
    "oracle": Driver("oracledb", "oracle+oracledb://user@host:1521/?service_name=service"),
    "mssql": Driver("pyodbc", "mssql+pyodbc://user@host:1433/database?driver=ODBC+Driver+18+for+SQL+Server"),
    "dm": Driver("dmPython dmSQLAlchemy 'sqlalchemy<2.1'", "dm+dmPython://user@host:5236"),
    "kingbase": Driver("psycopg[binary]", "postgresql+psycopg://user@host:54321/database"),
    "sqlite": Driver("", "sqlite:///path/of/the/file.db"),
}
"""By the first word of the URL. Kingbase speaks the protocol of PostgreSQL."""

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "postgres": "postgresql",
    "sqlserver": "mssql",
    "dameng": "dm",
    "kingbase8": "kingbase",
    "kes": "kingbase",
}


def how_to_connect(backend: str) -> Text:
    """Say what to install for a database, and the form of its URL; for an unknown one, all that are known.

    Args:
        backend: The first word of a URL, such as mysql.
    """
    name = _OTHER_NAMES.get(backend, backend)
    known = name if name in DRIVERS else nearest(name, DRIVERS)
    if known is None:
        forms = ", ".join(driver.url for driver in DRIVERS.values())
        return messages.KNOWN_DATABASES(forms=forms)
    driver = DRIVERS[known]
    if not driver.packages:
        return messages.URL_FORM(url=driver.url)
    return messages.INSTALL_DRIVER(packages=driver.packages, url=driver.url)
