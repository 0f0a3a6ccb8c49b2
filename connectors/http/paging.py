"""Which request comes next."""

from typing import Any

import httpx

from creditbus.connectors.http import messages
from creditbus.connectors.http.records import at_path
from creditbus.connectors.http.settings import ByCursor, ByOffset, ByPage, HttpSettings

__all__ = ["first_address", "next_address"]


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
) -> httpx.URL | None:
    """Return the address of the page after this one, ``None`` after the last.

    A page with fewer records than were asked for need not be the last: servers have limits of their own. An empty one
    is, and the runner of pages stops where ``settings.total`` says so.

    Args:
        settings: The connector's settings.
        url: Address of this page.
        link: Its header ``Link``.
        answer: Its content.
        records: Number of records on it.

    Raises:
        ValueError: the answer leads to another server, which must not see the token, or to no address at all.
    """
    paging = settings.paging
    if paging is None:
        return None
    if isinstance(paging, ByPage | ByOffset):
        if not records:
            return None
        step = 1 if isinstance(paging, ByPage) else records
        return url.copy_set_param(paging.parameter, str(int(url.params[paging.parameter]) + step))
    if isinstance(paging, ByCursor):
        cursor = at_path(answer, paging.next)
        return None if cursor in (None, "", False) else _at_cursor(url, paging.parameter, str(cursor))
    following = _linked(link) if paging.next is None else at_path(answer, paging.next)
    return _joined(url, following) if isinstance(following, str) and following else None


def _at_cursor(url: httpx.URL, parameter: str, cursor: str) -> httpx.URL:
    try:
        return url.copy_set_param(parameter, cursor)
    except UnicodeEncodeError as error:
        raise ValueError(messages.CURSOR_WITH_HALF()) from error


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
    found: str | None = httpx.Response(200, headers={"link": link}).links.get("next", {}).get("url")
    return found
