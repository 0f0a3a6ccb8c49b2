"""Settings of a folder of another machine."""

from typing import Any

import pytest
from pydantic import ValidationError

from creditbus.connectors.remote.kind import KIND
from creditbus.connectors.remote.settings import SCHEMES
from creditbus.services.cli.connector.init import _kind_by_source


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "https://host/inbox"}, "begins with one of sftp://, ftp://, s3://, webdavs://, webdav:// and names a"),
        ({"url": "sftp:///inbox"}, "names a host"),
        ({"url": "sftp://host:port/inbox"}, "is not a URL"),
        ({"url": "sftp://me@host/inbox"}, "move them to user and password"),
        ({"url": "sftp://host/inbox?a=b"}, "is not a URL"),
        ({"endpoint": "https://host"}, "endpoint belongs to s3, and the url is of sftp"),
        ({"url": "ftp://host", "known_hosts": "known"}, "known_hosts belongs to sftp, and the url is of ftp"),
        ({"password": {"env": "A"}}, "password needs user"),
        ({"path": "../inbox"}, "Extra inputs"),
        ({"pattern": "../*"}, "stays inside"),
    ],
)
def test_settings_that_do_not_fit_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        KIND.settings.model_validate({"url": "sftp://host/inbox", **changes})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_address_says_its_kind_and_that_of_a_web_page_or_a_database_another(scheme: str) -> None:
    assert _kind_by_source(f"{scheme}://host/inbox") == "remote-folder"
    assert _kind_by_source("https://host/rows") == "http"
    assert _kind_by_source("postgresql+psycopg://host/base") == "sql"
