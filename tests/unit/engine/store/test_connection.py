"""What the URL of Redis may say after its question mark."""

import pytest

from creditbus.services.engine.store.connection import connect
from creditbus.topics.errors import ConfigurationError


@pytest.mark.parametrize(
    "url", ["redis://a:1/0", "rediss://a:1/0?ssl_cert_reqs=none", "redis://a:1?db=2&socket_timeout=3", "unix:///a?db=1"]
)
def test_options_of_the_client_pass(url: str) -> None:
    assert connect(url).connection_pool.max_connections > 0


@pytest.mark.parametrize("query", ["foo=bar", "db=abc", "socket_timeout=abc"])
def test_what_the_client_does_not_know_is_the_users_to_put_right(query: str) -> None:
    with pytest.raises(ConfigurationError, match="CREDITBUS_REDIS_URL"):
        connect(f"redis://a:1/0?{query}")
