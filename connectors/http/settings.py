"""Settings of the kind http; their JSON Schema is what ``connector spec http`` prints."""

from typing import Annotated, Literal, Self

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from creditbus.connectors.common.bounds import HttpAddress, Seconds
from creditbus.connectors.common.http_headers import is_name, is_value
from creditbus.connectors.common.secret import FolderPath, Secret
from creditbus.connectors.http import messages
from creditbus.connectors.http.charset import charset_named

__all__ = ["ByCursor", "ByLink", "ByOffset", "ByPage", "HttpSettings", "Paging"]


def _without_login(text: str) -> str:
    if httpx.URL(text).userinfo:
        raise ValueError(messages.HOLDS_LOGIN())
    return text


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        _header(name)
        if not is_value(value):
            raise ValueError(messages.NO_HEADER_VALUE(name=name))
    return headers


def _header(name: str) -> str:
    if not is_name(name):
        raise ValueError(messages.NO_HEADER_NAME(name=name))
    return name


class _SettingsModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByPage(_SettingsModel):
    """Pages have numbers. Behind the last is an empty one, unless ``total`` tells where the end is."""

    by: Literal["page"]
    parameter: str = Field(default="page", description="Query parameter of the page's number.")
    first: int = Field(default=1, ge=0, description="Number of the first page.")
    size_parameter: str | None = Field(default=None, description="Query parameter of the number of records a page.")
    size: int = Field(default=100, ge=1, description="Records a page.")


class ByOffset(_SettingsModel):
    """Records have numbers from 0. Behind the last is an empty page, unless ``total`` tells where the end is."""

    by: Literal["offset"]
    parameter: str = Field(default="offset", description="Query parameter of the number of records to skip.")
    size_parameter: str = Field(default="limit", description="Query parameter of the number of records a page.")
    size: int = Field(default=100, ge=1, description="Records a page.")


class ByCursor(_SettingsModel):
    """Each page holds the cursor of the next; the last holds none."""

    by: Literal["cursor"]
    parameter: str = Field(default="cursor", description="Query parameter of the cursor.")
    next: str = Field(description="Dotted path of the next cursor in the answer.")


class ByLink(_SettingsModel):
    """Each page holds the address of the next; the last holds none."""

    by: Literal["link"]
    next: str | None = Field(
        default=None, description="Dotted path of the next address in the answer; null: the header Link, rel=next."
    )


Paging = Annotated[ByPage | ByOffset | ByCursor | ByLink, Field(discriminator="by")]


class HttpSettings(_SettingsModel):
    """One address that answers with JSON."""

    url: Annotated[HttpAddress, AfterValidator(_without_login)] = Field(
        description="Address of the first page, without paging."
    )
    parameters: dict[str, str] = Field(default_factory=dict, description="Query parameters of every request.")
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict, description="Headers of every request; no secrets."
    )
    token: Secret | None = Field(default=None, description="Where the token is: {env: NAME} or {file: path}.")
    token_header: Annotated[str, AfterValidator(_header)] = Field(
        default="Authorization", description="Header that carries the token."
    )
    token_prefix: str = Field(default="Bearer ", description="What stands before the token.")
    user: str | None = Field(default=None, description="User of basic authentication.")
    password: Secret | None = Field(default=None, description="Its password: {env: NAME} or {file: path}.")
    ca_file: FolderPath | None = Field(default=None, description="Certificates to trust; null: those of the system.")
    records: str = Field(default="", description="Dotted path of the list of records; empty: the answer is the list.")
    total: str | None = Field(
        default=None,
        description="Dotted path of the number of all records, a number or its text: it says where the end is, and is "
        "compared; no number there is an error.",
    )
    charset: str | None = Field(
        default=None, description="Encoding of the answers, such as gb18030; null: as Content-Type says, else UTF-8."
    )
    paging: Paging | None = Field(
        default=None, description="How to come to the next page: by page, offset, cursor or link; null: there is one."
    )
    cache: FolderPath | None = Field(
        default=None,
        description="Folder of this connector's own that keeps the pages with their ETag or Last-Modified, so that "
        "what did not change is not sent again; as confidential as the records. null: nothing is kept.",
    )
    connect_seconds: Seconds = Field(default=10, description="Longest wait for a connection.")
    read_seconds: Seconds = Field(default=60, description="Longest silence of the server.")
    response_seconds: float = Field(default=600, gt=0, description="Longest time of one answer as a whole.")
    response_bytes: int = Field(
        default=16 * 1_048_576, ge=1024, description="Largest answer in bytes, after decompression."
    )
    row_bytes: int = Field(
        default=262_144, ge=1024, le=524_288, description="Largest record in bytes; a larger one is refused."
    )
    most_pages: int = Field(default=10_000, ge=1, description="More pages than this are taken for an endless loop.")
    attempts: int = Field(default=6, ge=1, description="Requests for one page before giving up.")
    longest_pause: Seconds = Field(
        default=60, description="Longest pause in seconds between two of them; also of what Retry-After asks."
    )

    @field_validator("charset")
    @classmethod
    def _is_known(cls, charset: str | None) -> str | None:
        try:
            return charset and charset_named(charset)
        except LookupError as error:
            raise ValueError(messages.NO_SUCH_CHARSET(charset=charset)) from error

    @model_validator(mode="after")
    def _authentication_is_complete(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError(messages.USER_AND_PASSWORD())
        if self.user is not None and self.token is not None:
            raise ValueError(messages.TOKEN_OR_USER())
        return self
