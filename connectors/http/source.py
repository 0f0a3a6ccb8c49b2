"""JSON over HTTP as a source.

An address gives no promise to say the same twice, and reading needs that promise. So a source is one download: the
first call that needs all pages fetches them to disk, and everything after it reads them there. The version is a digest
of the records: the same records, fetched by a later process, have the same version and are resumed where they stopped.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from creditbus.connectors.common import messages as shared
from creditbus.connectors.contract import Column, Defect, DefectReason, Finding, Position, Row, Table
from creditbus.connectors.errors import SourceError, UserError
from creditbus.connectors.http import messages
from creditbus.connectors.http.charset import in_utf8
from creditbus.connectors.http.client import Client, HttpResponse, Sleep
from creditbus.connectors.http.complaints import complaint
from creditbus.connectors.http.paging import End, first_address, next_address
from creditbus.connectors.http.records import at_path, cells, number_at, parse, text_of
from creditbus.connectors.http.settings import ByCursor, ByLink, HttpSettings
from creditbus.connectors.http.spool import Spool
from creditbus.topics.text import said_by

__all__ = ["HttpSource"]


@dataclass(frozen=True, slots=True)
class _Page:
    url: httpx.URL
    number: int
    answer: Any
    records: list[Any]
    digest: bytes
    announced: int | None
    """Number of all records, where the settings say where to find it."""

    def __repr__(self) -> str:
        return f"_Page({self.number})"


@dataclass(frozen=True, slots=True)
class _Download:
    spool: Spool
    pages: tuple[httpx.URL, ...]
    records: int
    version: str
    remarks: tuple[str, ...]


class HttpSource:
    """One address with its pages; records are numbered through all of them, and so are positions.

    Args:
        settings: The connector's settings.
        sleep: Waits between two requests for one page.
    """

    def __init__(self, settings: HttpSettings, sleep: Sleep = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        url = httpx.URL(settings.url)
        self._name = f"{url.host}{url.path}"
        self._downloaded: _Download | None = None
        self._remarks: list[str] = []

    def check(self) -> Sequence[Finding]:
        """See the contract. Asks for the first page alone."""
        try:
            page, link = self._first_page()
        except UserError as error:
            return [Finding("address", ok=False, message=error.text())]
        found = [Finding("address", ok=True, message=messages.ANSWERS_WELL(name=self._name))]
        path = self._settings.records
        where = messages.AT_PATH(path=path) if path else messages.IN_THE_ANSWER()
        words = messages.RECORDS_ON_PAGE(count=len(page.records), where=where)
        found.append(Finding("records", ok=bool(page.records), message=words))
        return [*found, *self._leads_on(page, link)]

    def _leads_on(self, page: _Page, link: str | None) -> Iterator[Finding]:
        """Say where the first page leads, for ways of paging in which it says so."""
        if not isinstance(self._settings.paging, ByCursor | ByLink):
            return
        try:
            following = self._next(page, link)
        except SourceError as error:
            yield Finding("paging", ok=False, message=error.text())
            return
        said = messages.LAST_SAID() if following is End.SAID else messages.NEXT_SAID()
        yield Finding("paging", ok=True, message=self._unsaid() if following is End.UNSAID else said)

    def discover(self) -> Sequence[Table]:
        """See the contract. Columns are the keys on the first page."""
        page, _ = self._first_page()
        names: dict[str, None] = {}
        for number, record in enumerate(page.records, start=1):
            row = self._row(page, record, number, number)
            if isinstance(row, Row):
                names.update(dict.fromkeys(row.cells))
        return [Table(self._name, tuple(map(Column, names)), page.announced)]

    def version(self) -> str:
        """See the contract."""
        return self._download().version

    def size(self) -> int | None:
        """See the contract."""
        return self._download().records

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        done = position if isinstance(position, int) else 0
        download = self._download()
        number = 0
        for page_number, url in enumerate(download.pages, start=1):
            page = self._parsed(url, page_number, download.spool.load(url), download.records)
            if number + len(page.records) <= done:
                number += len(page.records)
                continue
            for place, record in enumerate(page.records, start=1):
                number += 1
                if number > done:
                    yield self._row(page, record, place, number)

    def remarks(self) -> Sequence[str]:
        """Say where the end was guessed."""
        return () if self._downloaded is None else self._downloaded.remarks

    def _row(self, page: _Page, record: Any, place: int, number: int) -> Row | Defect:
        try:
            found = cells(record)
            size = len(text_of(record).encode())
        except UnicodeEncodeError:
            problem = messages.WITH_HALF()
        except RecursionError:
            problem = shared.TOO_DEEP()
        except ValueError as error:
            problem = said_by(error)
        else:
            if size <= self._settings.row_bytes:
                return Row(found, self._name, "", number, number)
            problem = messages.RECORD_TOO_LARGE()
        detail = messages.AT_RECORD(page=page.number, record=place, problem=problem)
        original = _bytes(record)[: self._settings.row_bytes]
        return Defect(DefectReason.UNPARSABLE, detail, original, self._name, "", number, number)

    def _first_page(self) -> tuple[_Page, str | None]:
        """Return the first page and its header ``Link``."""
        url = first_address(self._settings)
        if self._downloaded is not None:
            spool = self._downloaded.spool
            return self._parsed(url, 1, spool.load(url), self._downloaded.records), spool.link(url)
        with Client(self._settings, self._sleep) as client:
            answer = client.get(url, {}, self._place(url, 1))
        return self._parsed(url, 1, self._in_utf8(answer, self._place(url, 1))), answer.headers.get("link")

    def _download(self) -> _Download:
        if self._downloaded is None:
            spool = Spool(self._settings.cache)
            digest, pages, records, announced = hashlib.sha256(), [], 0, None
            self._remarks = []
            for page in self._fetched(spool):
                pages.append(page.url)
                records += len(page.records)
                digest.update(page.digest)
                announced = page.announced
            if announced is not None and announced != records:
                problem = messages.OTHER_TOTAL(records=records, announced=announced)
                raise SourceError(self._name, problem, messages.CHANGED_OR_PAGING())
            spool.discard_others(pages)
            self._downloaded = _Download(spool, tuple(pages), records, digest.hexdigest(), tuple(self._remarks))
        return self._downloaded

    def _announced(self, answer: Any, place: str, before: int | None) -> int | None:
        """Return the number of all records: a page after the first need not repeat it."""
        path = self._settings.total
        if path is None:
            return None
        fix = messages.CHECK_TOTAL()
        try:
            found = number_at(answer, path)
        except ValueError as error:
            raise SourceError(place, said_by(error), fix) from error
        if found is None and before is None:
            raise SourceError(place, messages.NOTHING_AT(path=path), fix)
        return before if found is None else found

    def _fetched(self, spool: Spool) -> Iterator[_Page]:
        url: httpx.URL | End = first_address(self._settings)
        seen: dict[str, int] = {}
        contents: dict[bytes, int] = {}
        records, announced = 0, None
        with Client(self._settings, self._sleep) as client:
            while not isinstance(url, End):
                number = len(seen) + 1
                place = self._place(url, number)
                if (same := seen.setdefault(str(url), number)) != number:
                    self._remark_end(place, messages.PAGE_AGAIN(same=same))
                    return
                if number > self._settings.most_pages:
                    raise SourceError(place, messages.TOO_MANY_PAGES(), messages.CHECK_PAGING())
                page, link = self._fetch(client, spool, url, number, announced)
                if page.records and (same := contents.setdefault(page.digest, number)) != number:
                    self._remark_end(place, messages.PAGE_SAME(same=same))
                    return
                yield page
                records, announced = records + len(page.records), page.announced
                if announced is not None and records >= announced:
                    return
                url = self._next(page, link)
        if url is End.UNSAID and len(seen) == 1 and records:
            self._remarks.append(self._unsaid())

    def _next(self, page: _Page, link: str | None) -> httpx.URL | End:
        try:
            return next_address(self._settings, page.url, link, page.answer, len(page.records))
        except ValueError as error:
            place = self._place(page.url, page.number)
            raise SourceError(place, said_by(error), messages.CHECK_PAGING()) from error

    def _unsaid(self) -> str:
        """Say that nothing on a page leads on: it may be the only one, or the path may be wrong."""
        paging = self._settings.paging
        path = paging.next if isinstance(paging, ByCursor | ByLink) else None
        return messages.LINK_UNSAID() if path is None else messages.NEXT_UNSAID(path=path)

    def _remark_end(self, place: str, problem: str) -> None:
        """Some servers answer with their last page to every number after it; others forget what was asked."""
        self._remarks.append(messages.TAKEN_FOR_THE_END(place=place, problem=problem))

    def _fetch(
        self, client: Client, spool: Spool, url: httpx.URL, number: int, announced: int | None
    ) -> tuple[_Page, str | None]:
        place = self._place(url, number)
        answer = client.get(url, spool.conditions(url), place)
        if answer.body is None:
            return self._parsed(url, number, spool.load(url), announced), spool.link(url)
        body = self._in_utf8(answer, place)
        page = self._parsed(url, number, body, announced)
        spool.keep(url, answer.headers, body)
        return page, answer.headers.get("link")

    def _in_utf8(self, answer: HttpResponse, place: str) -> bytes:
        try:
            return in_utf8(answer.body or b"", answer.headers, self._settings.charset)
        except ValueError as error:
            raise SourceError(place, said_by(error), messages.SET_CHARSET()) from error

    def _parsed(self, url: httpx.URL, number: int, body: bytes, announced: int | None = None) -> _Page:
        place = self._place(url, number)
        try:
            answer = parse(body)
            records = at_path(answer, self._settings.records)
        except ValueError as error:
            raise SourceError(place, said_by(error), messages.TELL_OPERATOR()) from error
        said, path = complaint(answer), self._settings.records
        if not isinstance(records, list):
            where = messages.NO_LIST_AT(path=path) if path else messages.NO_LIST()
            raise SourceError(
                place, messages.WHERE_IT_SAYS(where=where, said=said) if said else where, messages.CHECK_RECORDS()
            )
        if said and not records:
            fix = messages.MEND_THAT()
            raise SourceError(place, messages.NO_RECORDS_SAYS(said=said), fix)
        return _Page(url, number, answer, records, _digest(records), self._announced(answer, place, announced))

    def _place(self, url: httpx.URL, number: int) -> str:
        """Name a page without its query, which may hold what a log must not."""
        return messages.PAGE(address=f"{url.host}{url.path}", number=number)


def _digest(records: list[Any]) -> bytes:
    digest = hashlib.sha256()
    for record in records:
        digest.update(_bytes(record) + b"\n")
    return digest.digest()


def _bytes(record: Any) -> bytes:
    try:
        return text_of(record).encode(errors="replace")
    except RecursionError:
        return b""
