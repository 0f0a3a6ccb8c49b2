"""Which module speaks which protocol, and what to install for it: a plain install of creditbus has nothing of it."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from creditbus.connectors.errors import SourceError
from creditbus.connectors.remote import messages
from creditbus.connectors.remote.server import Server
from creditbus.connectors.remote.settings import RemoteFolderSettings

__all__ = ["ProtocolModule", "protocol_of"]


class _Module(NamedTuple):
    module: str
    packages: tuple[str, ...]
    """To install next to creditbus."""


_WEBDAV = _Module("webdav", ("'webdav4[fsspec]'",))
_PROTOCOLS: Final[Mapping[str, _Module]] = {
    "sftp": _Module("sftp", ("fsspec", "paramiko")),
    "ftp": _Module("ftp", ("fsspec",)),
    "s3": _Module("s3", ("obstore",)),
    "webdavs": _WEBDAV,
    "webdav": _WEBDAV,
}
"""By the scheme of a URL."""


class ProtocolModule(Protocol):
    """What the module of a protocol holds."""

    ERRORS: tuple[type[Exception], ...]
    """What its library raises, in addition to OSError, over a server and the way to it."""
    FINAL: tuple[type[Exception], ...]
    """Those among them that a second try does not mend."""

    def connect(self, settings: RemoteFolderSettings) -> Server:
        """Open a connection.

        Raises:
            SourceError: a file of the settings cannot be read, or the server is not the known one.
            ConfigurationError: the password is not where the settings say.
            OSError: or one of ERRORS: the server cannot be reached, or refuses the login.
        """


def protocol_of(settings: RemoteFolderSettings) -> ProtocolModule:
    """Return the module of a protocol.

    Raises:
        SourceError: what it needs is not installed.
    """
    scheme = settings.address.scheme
    try:
        module = import_module(f"creditbus.connectors.remote.{_PROTOCOLS[scheme].module}")
    except ModuleNotFoundError as error:
        problem = messages.NOT_INSTALLED(scheme=scheme, name=error.name)
        raise SourceError(
            settings.url, problem, messages.INSTALL(packages=" ".join(_PROTOCOLS[scheme].packages))
        ) from error
    return cast("ProtocolModule", module)
