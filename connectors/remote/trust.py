"""Which certificates are trusted."""

import ssl
from pathlib import Path

from creditbus.connectors.errors import SourceError
from creditbus.connectors.remote import messages

__all__ = ["trusting"]


def trusting(file: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the certificates of a file; those of the system where there is none.

    Raises:
        SourceError: the file holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:
        raise SourceError(str(file), messages.NO_CERTIFICATES(), messages.CHECK_CA_FILE()) from error
