"""Where the kind http finds the next page, and what it says where it finds none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from creditbus.connectors.errors import SourceError
from creditbus.connectors.http.settings import HttpSettings
from creditbus.connectors.http.source import HttpSource
from tests.harness.web import Reply, Request, Web


@pytest.fixture
def connect(web: Web) -> Callable[..., HttpSource]:
    """Open a source whose records are at `rows`; keyword arguments are settings of its paging."""

    def connect(total: str | None = None, **paging: Any) -> HttpSource:
        raw = {"url": f"{web.url}/rows", "records": "rows", "total": total, "paging": paging}
        return HttpSource(HttpSettings.model_validate(raw))

    return connect


def _two_pages(first: dict[str, Any], last: dict[str, Any]) -> Callable[[Request], Reply]:
    return lambda request: Reply({"rows": [{"id": 2}], **last} if request.query else {"rows": [{"id": 1}], **first})


def _ids(source: HttpSource) -> list[Any]:
    return [row.cells["id"] for row in source.read(None)]  # type: ignore[union-attr]  # no row here is a defect


@pytest.mark.parametrize("by", ["link", "cursor"])
@pytest.mark.parametrize(
    ("path", "first", "found"),
    [
        (
            "links.next",
            {"links": {"next": {"href": "?page=2", "templated": False}}},
            "holds a JSON object at 'links.next', not the {what} of the next page (did you mean 'links.next.href'?)",
        ),
        ("next", {"next": {"a": "b", "c": "d"}}, "holds a JSON object at 'next', not the {what} of the next page;"),
        ("next", {"next": ["?page=2"]}, "holds a JSON list at 'next', not the {what} of the next page;"),
        ("next", {"next": True}, "holds a JSON truth value at 'next', not the {what} of the next page;"),
        ("next.href", {"next": "?page=2"}, "holds a JSON text at 'next', which has no key of the next page;"),
        ("meta.next", {"meta": [{"next": "2"}]}, "holds a JSON list at 'meta', which has no key of the next page;"),
        ("meta.page.next", {"meta": {"page": 2}}, "holds a JSON number at 'meta.page', which has no key"),
    ],
)
def test_what_cannot_lead_to_the_next_page_is_an_error_for_a_run_and_a_check(
    by: str, path: str, first: dict[str, Any], found: str, web: Web, connect: Callable[..., HttpSource]
) -> None:
    web.answer = _two_pages(first, {})
    said = found.format(what="address" if by == "link" else "cursor")
    source = connect(by=by, next=path)
    with pytest.raises(SourceError) as error:
        _ids(source)
    assert f"/rows page 1: {said}" in str(error.value)
    assert "check settings.paging" in str(error.value)
    finding = source.check()[-1]
    assert (finding.subject, finding.ok) == ("paging", False)
    assert said in finding.message


def test_a_number_is_a_cursor_and_not_an_address(web: Web, connect: Callable[..., HttpSource]) -> None:
    web.answer = _two_pages({"next": 7}, {"next": None})
    assert _ids(connect(by="cursor", next="next")) == [1, 2]
    with pytest.raises(SourceError, match="holds a JSON number at 'next', not the address of the next page"):
        _ids(connect(by="link", next="next"))


@pytest.mark.parametrize("by", ["link", "cursor"])
@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("link.next", {"links": {"next": "?page=2"}}),
        ("links.nxt", {"links": {"next": "?page=2"}}),
        ("links.next.url", {"links": {"next": {"href": "?page=2"}}}),
    ],
)
def test_a_path_that_stands_on_no_page_is_remarked(
    by: str, path: str, first: dict[str, Any], web: Web, connect: Callable[..., HttpSource]
) -> None:
    web.answer = _two_pages(first, {})
    source = connect(by=by, next=path)
    assert _ids(source) == [1]
    said = f"no page has '{path}': the first is taken for the end; check settings.paging.next, or set settings.total"
    assert list(source.remarks()) == [said]
    finding = source.check()[-1]
    assert (finding.subject, finding.ok, finding.message) == ("paging", True, said)


@pytest.mark.parametrize("by", ["link", "cursor"])
@pytest.mark.parametrize("last", [{}, {"links": {}}, {"links": []}, {"links": None}, {"links": {"next": ""}}], ids=repr)
def test_the_last_of_several_pages_needs_no_key_for_the_next(
    by: str, last: dict[str, Any], web: Web, connect: Callable[..., HttpSource]
) -> None:
    web.answer = _two_pages({"links": {"next": "?page=2"}}, last)
    source = connect(by=by, next="links.next")
    assert _ids(source) == [1, 2]
    assert not source.remarks()


@pytest.mark.parametrize("only", [None, "", False, 0, {}, []], ids=repr)
def test_an_only_page_that_says_that_it_is_the_last_needs_no_remark(
    only: Any, web: Web, connect: Callable[..., HttpSource]
) -> None:
    web.answer = _two_pages({"next": only}, {})
    for by in ("link", "cursor"):
        source = connect(by=by, next="next")
        assert _ids(source) == [1]
        assert not source.remarks()
        assert source.check()[-1].message == "the first page is the last one"


def test_a_total_leaves_nothing_to_guess(web: Web, connect: Callable[..., HttpSource]) -> None:
    web.answer = _two_pages({"n": 1}, {})
    source = connect(total="n", by="cursor", next="next")
    assert _ids(source) == [1]
    assert not source.remarks()


@pytest.mark.parametrize("relation", ["next", "Next", "last next", '"NEXT"'])
def test_a_relation_of_a_header_is_read_as_its_standard_says(
    relation: str, web: Web, connect: Callable[..., HttpSource]
) -> None:
    link = {"Link": f'</rows>; rel="first", </rows?page=2>; rel={relation if " " not in relation else repr(relation)}'}
    web.answer = lambda request: Reply({"rows": [{"id": len(request.query)}]}, headers={} if request.query else link)
    source = connect(by="link")
    assert _ids(source) == [0, 1]
    assert not source.remarks()
    assert source.check()[-1].message == "the first page names the next one"


def test_an_only_page_without_a_header_is_remarked(web: Web, connect: Callable[..., HttpSource]) -> None:
    web.answer = lambda _: Reply({"rows": [{"id": 1}]}, headers={"Link": '</rows>; rel="first"'})
    source = connect(by="link")
    assert _ids(source) == [1]
    assert list(source.remarks()) == [source.check()[-1].message]
    assert source.remarks()[0].startswith("no page has a header Link with rel=next: the first is taken for the end")
    web.answer = lambda _: Reply({"rows": []})
    source = connect(by="link")
    assert _ids(source) == []
    assert not source.remarks(), "nothing can be missing after nothing"
