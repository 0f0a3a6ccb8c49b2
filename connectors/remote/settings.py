"""Settings of the kind remote-folder; their JSON Schema is what ``connector spec remote-folder`` prints."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, model_validator

from creditbus.connectors.common import messages as shared
from creditbus.connectors.common.bounds import HttpAddress, Seconds, is_host
from creditbus.connectors.common.http_headers import is_value
from creditbus.connectors.common.secret import FolderPath, Secret
from creditbus.connectors.folder.settings import DropOptions
from creditbus.connectors.remote import messages

__all__ = ["SCHEMES", "Address", "RemoteFolderSettings"]

SCHEMES: Final = ("sftp", "ftp", "s3", "webdavs", "webdav")

_OF_SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "private_key": ("sftp",),
    "known_hosts": ("sftp",),
    "name_encoding": ("ftp",),
    "endpoint": ("s3",),
    "region": ("s3",),
    "addressing": ("s3",),
    "ca_file": ("s3", "webdavs"),
}


class Address:
    """A checked URL in its parts.

    Attributes:
        scheme: one of SCHEMES.
        host: of the server; of s3 the bucket.
        port: where the URL names one.
        path: of the folder, decoded, without a slash at its end; begins with one, or is empty.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme.lower()
        self.host = parts.hostname or ""
        self.port = parts.port
        self.path = unquote(parts.path).rstrip("/")


def _url(text: str) -> str:
    try:
        parts, address = urlsplit(text), Address(text)
    except ValueError as error:
        raise ValueError(messages.NOT_A_URL()) from error
    if address.scheme not in SCHEMES or not address.host:
        raise ValueError(messages.NOT_A_FOLDER_URL(schemes=", ".join(f"{scheme}://" for scheme in SCHEMES)))
    if not is_host(address.host):
        raise ValueError(shared.NO_HOST())
    if "\0" in address.path:
        raise ValueError(shared.FILE_WITH_NUL())
    if parts.username is not None or parts.password is not None:
        raise ValueError(messages.HOLDS_LOGIN())
    if parts.query or parts.fragment:
        raise ValueError(messages.NOT_A_URL())
    return text.rstrip("/")


class RemoteFolderSettings(DropOptions):
    """A folder of another machine."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        description="The folder, without user and password: sftp://host:22/inbox (/~/inbox: in the user's home), "
        "ftp://host/inbox, s3://bucket/inbox, webdavs://host/dav/inbox; webdav:// is WebDAV without encryption."
    )
    user: str | None = Field(
        default=None, description="Account to log in with; of s3 the access key. null: as the library does."
    )
    password: Secret | None = Field(
        default=None,
        description="Where the password is, of s3 the secret key, of a private key the words that open it: "
        "{env: NAME} or {file: path}.",
    )
    private_key: FolderPath | None = Field(default=None, description="sftp: file of the key to log in with.")
    known_hosts: FolderPath | None = Field(
        default=None,
        description="sftp: file of the keys of servers, as ssh-keyscan prints them; null: ~/.ssh/known_hosts. "
        "A server that it does not know is refused.",
    )
    name_encoding: Literal["utf-8", "gb18030"] = Field(
        default="utf-8", description="ftp: encoding of the names of files."
    )
    endpoint: HttpAddress | None = Field(
        default=None,
        description="s3: address of the server, such as https://example.org:9000; null: that of Amazon.",
    )
    region: str | None = Field(default=None, pattern="^[!-~]*$", description="s3: region of the bucket.")
    addressing: Literal["path", "virtual"] = Field(
        default="path",
        description="s3: whether the bucket stands in the path of an address or in the name of the host.",
    )
    ca_file: FolderPath | None = Field(
        default=None, description="s3, webdavs: certificates to trust; null: those of the system."
    )
    file_bytes: int = Field(
        default=1 << 30, ge=1024, description="Largest file in bytes; a larger one is one refused row."
    )
    connect_seconds: Seconds = Field(default=10, description="Longest wait for a connection.")
    read_seconds: Seconds = Field(default=60, description="Longest silence of the server.")

    @property
    def address(self) -> Address:
        """The URL in its parts."""
        return Address(self.url)

    def secret(self) -> str | None:
        """Return the password; ``None`` where there is none.

        Raises:
            ConfigurationError: its variable or file is missing.
        """
        return None if self.password is None else self.password.reveal()

    @model_validator(mode="after")
    def _fit_the_scheme(self) -> Self:
        scheme = self.address.scheme
        for name, schemes in _OF_SCHEMES.items():
            if name in self.model_fields_set and scheme not in schemes:
                raise ValueError(messages.OF_OTHER_SCHEME(name=name, schemes=", ".join(schemes), scheme=scheme))
        if scheme == "s3" and self.user is not None and not is_value(self.user):
            raise ValueError(messages.NO_ACCESS_KEY())
        if self.password is not None and self.user is None and self.private_key is None:
            raise ValueError(messages.USER_MISSING())
        return self
