"""Which request comes next."""

from enum import Enum, auto
from typing import Any

import httpx

from creditbus.connectors.http import messages
from creditbus.connectors.http.records import at_path, kind_of
from creditbus.connectors.http.settings import ByCursor, ByOffset, ByPage, HttpSettings
from creditbus.topics.text import Text

__all__ = ["End", "first_address", "next_address"]


class End(Enum):
    """Why no page follows one."""

    SAID = auto()
    """An empty page, or an empty value where the next page is named."""
    UNSAID = auto()
    """Nothing stands where the settings say that the next page is named: the last page, or a wrong path."""


def first_address(settings: HttpSettings) -> httpx.URL:
    """Return the address of the first page."""
    url, paging = httpx.URL(settings.url).copy_merge_params(settings.parameters), settings.paging
    if isinstance(paging, ByPage):
        url = url.copy_set_param(paging.parameter, str(paging.first))
        return url.copy_set_param(paging.size_parameter, str(paging.size)) if paging.size_parameter else url
    if isinstance(paging, ByOffset):
        return url.copy_set_param(paging.parameter, "0").copy_set_param(paging.size_parameter, str(paging.size))
    return url


def next_address(
    settings: HttpSettings, url: httpx.URL, link: str | None, answer: Any, records: int
) -> httpx.URL | End:
    """Return the address of the page after this one, or why there is none.

    A page with fewer records than were asked for need not be the last: servers have limits of their own. An empty one
    is, and the runner of pages stops where ``settings.total`` says so.

    Args:
        settings: The connector's settings.
        url: Address of this page.
        link: Its header ``Link``.
        answer: Its content.
        records: Number of records on it.

    Raises:
        ValueError: the answer leads to another server, which must not see the token, or what stands at the path of
            the next page is not an address or a cursor.
    """
    paging = settings.paging
    if paging is None:
        return End.SAID
    if isinstance(paging, ByPage | ByOffset):
        if not records:
            return End.SAID
        step = 1 if isinstance(paging, ByPage) else records
        return url.copy_set_param(paging.parameter, str(int(url.params[paging.parameter]) + step))
    if paging.next is None:
        following = _linked(link)
        return End.UNSAID if following is None else _joined(url, following)
    found = _named(answer, paging.next)
    if isinstance(found, End):
        return found
    return _at_cursor(url, paging, found) if isinstance(paging, ByCursor) else _at_address(url, paging.next, found)


def _at_cursor(url: httpx.URL, paging: ByCursor, cursor: Any) -> httpx.URL:
    if isinstance(cursor, bool | list | dict):
        fault = messages.NO_CURSOR_AT(path=paging.next, kind=kind_of(cursor))
        raise ValueError(_meant(fault, cursor, paging.next))  # noqa: TRY004 -- the answer is wrong
    try:
        return url.copy_set_param(paging.parameter, str(cursor))
    except UnicodeEncodeError as error:
        raise ValueError(messages.CURSOR_WITH_HALF()) from error


def _at_address(url: httpx.URL, path: str, address: Any) -> httpx.URL:
    if not isinstance(address, str):
        fault = messages.NO_ADDRESS_AT(path=path, kind=kind_of(address))
        raise ValueError(_meant(fault, address, path))  # noqa: TRY004 -- the answer is wrong
    return _joined(url, address)


def _named(answer: Any, path: str) -> Any:
    """Return what stands at the path of the next page, or why there is none.

    Raises:
        ValueError: the path leads through something that has no keys.
    """
    names = path.split(".")
    for depth, name in enumerate(names):
        outer = ".".join(names[:depth])
        value = at_path(answer, outer)
        if _is_nothing(value):
            return End.SAID
        if not isinstance(value, dict):
            found = messages.NO_KEYS_AT(path=outer, kind=kind_of(value)) if outer else messages.NO_KEYS()
            raise ValueError(found)  # noqa: TRY004 -- the answer is wrong
        if name not in value:
            return End.UNSAID
    value = at_path(answer, path)
    return End.SAID if _is_nothing(value) else value


def _is_nothing(value: Any) -> bool:
    """Say whether a value stands for "none": some servers write an empty object as an empty list, no cursor as 0."""
    return value is None or value in ("", 0, [], {})


def _meant(fault: Text, value: Any, path: str) -> Text:
    """Add the path that was probably meant: of the one text in the object at this one."""
    texts = [name for name, one in value.items() if isinstance(one, str) and one] if isinstance(value, dict) else []
    return messages.MEANT(fault=fault, path=f"{path}.{texts[0]}") if len(texts) == 1 else fault


def _joined(url: httpx.URL, link: str) -> httpx.URL:
    try:
        following = url.join(link)
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise ValueError(messages.NO_NEXT_ADDRESS()) from error
    if (following.scheme, following.host, following.port) != (url.scheme, url.host, url.port):
        raise ValueError(messages.OTHER_SERVER(host=following.host))
    return following


def _linked(link: str | None) -> str | None:
    if link is None:
        return None
    for one in httpx.Response(200, headers={"link": link}).links.values():
        named = {str(name).lower(): value for name, value in one.items()}
        # RFC 8288: names of relations are compared without regard to case, and one link may have several
        if "next" in (named.get("rel") or "").lower().split():
            return named.get("url")
    return None
