"""The connections to a receiver: which certificates are trusted, and whether a proxy lies between."""

from __future__ import annotations

import ssl
from typing import Final

import httpx

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.webhook.address import is_here
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.system_errors import reason_of

__all__ = ["client_for"]

_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_CONNECTIONS: Final = 16
_LIMITS: Final = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
_CERTIFICATES: Final = "SSL_CERT_FILE"
_PROXIES: Final = "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY"


def client_for(url: httpx.URL) -> httpx.Client:
    """Return what sends requests to an address; nothing is sent yet.

    Raises:
        ConfigurationError: the file of certificates, or the proxy, that the environment names will not do.

    """
    context = _trusted()
    if is_here(url.host):
        # never by the proxy of the environment: that is another machine, and `http://` is not encrypted
        transport = httpx.HTTPTransport(verify=context, limits=_LIMITS, trust_env=False)
        # no redirect is followed: it could carry records to another server
        return httpx.Client(timeout=_TIMEOUT, transport=transport, follow_redirects=False, trust_env=False)
    try:
        return httpx.Client(timeout=_TIMEOUT, limits=_LIMITS, verify=context, follow_redirects=False)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        # not repeated: a password may stand in it
        raise ConfigurationError(_PROXIES, messages.NOT_A_PROXY(), messages.PROXY_EXAMPLE()) from error


def _trusted() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        # what OpenSSL finds wrong with a file is an `OSError`, too
        said = messages.CERTIFICATES_UNREADABLE(said=reason_of(error))
        raise ConfigurationError(_CERTIFICATES, said, messages.CERTIFICATES_FIX()) from error
