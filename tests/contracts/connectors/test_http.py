"""The kind http against a real server on this machine."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from creditbus.connectors.conformance import CASES, KIND_CASES
from creditbus.connectors.contract import Defect, Kind, Row, Source
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.http.kind import KIND
from creditbus.connectors.http.settings import HttpSettings
from creditbus.connectors.http.source import HttpSource
from tests.harness.web import Reply, Request, Web

_SECRET = "not-to-be-seen"  # noqa: S105 -- fictional
_RECORDS = [{"id": number, "subject": {"name": f"示例企业{number}"}, "amount": number / 10} for number in range(1, 26)]

Open = Callable[..., HttpSource]


@pytest.fixture
def connect(web: Web, tmp_path: Path, pauses: list[float]) -> Open:
    """Open a new source, as a new process would; keyword arguments are settings."""

    def connect(**settings: Any) -> HttpSource:
        raw = {"url": f"{web.url}/rows", **settings}
        return HttpSource(HttpSettings.model_validate(raw, context={"folder": tmp_path}), sleep=pauses.append)

    return connect


def _ids(source: Source) -> list[Any]:
    return [row.cells["id"] if isinstance(row, Row) else row.detail for row in source.read(None)]


def _by_page(request: Request) -> Reply:
    page, size = int(request.query["page"]), int(request.query.get("size", "10"))
    return Reply({"data": {"rows": _RECORDS[(page - 1) * size : page * size], "total": len(_RECORDS)}})


def _by_offset(request: Request) -> Reply:
    start, size = int(request.query["skip"]), min(int(request.query["limit"]), 7)
    return Reply(_RECORDS[start : start + size])


def _by_cursor(request: Request) -> Reply:
    start = int(request.query.get("after", "0"))
    following = start + 10 if start + 10 < len(_RECORDS) else None
    return Reply({"rows": _RECORDS[start : start + 10], "next": {"cursor": following}})


def _by_link(request: Request) -> Reply:
    start = int(request.query.get("from", "0"))
    more = start + 10 < len(_RECORDS)
    return Reply({"rows": _RECORDS[start : start + 10], "next": f"?from={start + 10}" if more else ""})


def _by_header(request: Request) -> Reply:
    start = int(request.query.get("from", "0"))
    link = {"Link": f'</rows?from={start + 10}>; rel="next"'} if start + 10 < len(_RECORDS) else {}
    return Reply(_RECORDS[start : start + 10], headers=link)


_WAYS: dict[str, tuple[Callable[[Request], Reply], dict[str, Any], int]] = {
    "page": (_by_page, {"records": "data.rows", "paging": {"by": "page", "size_parameter": "size", "size": 10}}, 4),
    "page and total": (_by_page, {"records": "data.rows", "total": "data.total", "paging": {"by": "page"}}, 3),
    "offset": (_by_offset, {"paging": {"by": "offset", "parameter": "skip", "size": 10}}, 5),
    "cursor": (
        _by_cursor,
        {"records": "rows", "paging": {"by": "cursor", "parameter": "after", "next": "next.cursor"}},
        3,
    ),
    "link": (_by_link, {"records": "rows", "paging": {"by": "link", "next": "next"}}, 3),
    "header": (_by_header, {"paging": {"by": "link"}}, 3),
}


@pytest.mark.parametrize("way", _WAYS)
def test_every_way_of_paging_gives_every_record_once(way: str, web: Web, connect: Open) -> None:
    web.answer, settings, requests = _WAYS[way]
    assert _ids(connect(**settings)) == list(range(1, 26))
    assert len(web.requests) == requests


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_source_keeps_the_contract(case: Callable[[Source], None], web: Web, connect: Open) -> None:
    poison = [*_RECORDS[:7], "no object", {"id": {"id": 1}, "id.id": 2}, *_RECORDS[7:]]

    def answer(request: Request) -> Reply:
        start = 10 * (int(request.query["page"]) - 1)
        return Reply(poison[start : start + 10])

    web.answer = answer
    case(connect(paging={"by": "page", "size": 10}))


@pytest.mark.parametrize("case", KIND_CASES, ids=lambda case: case.__name__)
def test_kind_keeps_the_contract(case: Callable[[Kind], None]) -> None:
    case(KIND)


def test_nested_keys_become_paths_and_numbers_keep_their_digits(web: Web, connect: Open) -> None:
    body = '[{"a": {"b": {"c": 0.10}, "d": []}, "e": [1, {"f": 2.50}], "g": {}, "h": null, "i": 12345678901234567890}]'
    web.answer = lambda _: Reply(body.encode())
    (row,) = connect().read(None)
    assert isinstance(row, Row)
    assert row.cells == {
        "a.b.c": Decimal("0.10"),
        "a.d": "[]",
        "e": '[1,{"f":"2.50"}]',
        "g": None,
        "h": None,
        "i": 12345678901234567890,
    }


def test_a_record_that_is_none_is_a_defect_with_its_place(web: Web, connect: Open) -> None:
    rows = [
        b'{"id": 1}',
        b"[1]",
        b'{"id": NaN}',
        b'{"a": {"b": 1}, "a.b": 2}',
        b'{"id": "\\ud800"}',
        b'{"id": "' + b"x" * 2000 + b'"}',
        b'{"id": 1' + b"0" * 5000 + b"}",
        b'{"id": "\\u0000"}',
        b'{"\\udfff": 1}',
        b'{"id": 2}',
    ]
    web.answer = lambda _: Reply(b"[" + b",".join(rows) + b"]")
    found = list(connect(row_bytes=1024).read(None))
    assert [row.row for row in found] == list(range(1, 11))
    assert [row.detail for row in found if isinstance(row, Defect)] == [
        "page 1, record 2: a JSON list, not an object",
        "page 1, record 3: 'id' is a number that JSON does not have, or a huge one",
        "page 1, record 4: 'a.b' stands there twice",
        "page 1, record 5: holds half a character",
        "page 1, record 6: larger than settings.row_bytes",
        "page 1, record 7: 'id' is a number that JSON does not have, or a huge one",
        "page 1, record 8: 'id' holds a NUL character",
        "page 1, record 9: holds half a character",
    ]
    assert all(len(row.original) <= 1024 for row in found if isinstance(row, Defect))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "page 2: not JSON at character 1"),
        (b'{"rows": [', "page 2: not JSON at character 11"),
        (b"\xff\xfe", "page 2: not utf-8 at byte 1"),
        (b'{"other": []}', "page 2: no list at 'rows'"),
        (b'{"rows": ' + b"[" * 100_000, "page 2: nested too deeply"),
    ],
)
def test_a_page_that_is_none_stops_the_run_and_is_named(body: bytes, message: str, web: Web, connect: Open) -> None:
    web.answer = lambda request: Reply(body) if request.query["page"] == "2" else Reply({"rows": _RECORDS[:10]})
    with pytest.raises(SourceError) as error:
        list(connect(records="rows", paging={"by": "page", "size": 10}).read(None))
    assert message in str(error.value)
    assert "/rows page 2" in str(error.value)


def test_a_busy_server_is_asked_again_after_growing_pauses(web: Web, connect: Open, pauses: list[float]) -> None:
    statuses = iter([503, 500, 502, 200])
    web.answer = lambda _: Reply(_RECORDS, status=next(statuses))
    assert len(_ids(connect())) == 25
    assert pauses == [1.0, 2.0, 4.0]


def test_retry_after_is_kept_in_seconds_and_as_a_date(web: Web, connect: Open, pauses: list[float]) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    replies = iter(
        [Reply(status=429, headers={"Retry-After": "7"}), Reply(status=503, headers={"Retry-After": moment}), Reply([])]
    )
    web.answer = lambda _: next(replies)
    assert _ids(connect()) == []
    assert pauses[0] == 7.0
    assert 30 < pauses[1] <= 50


def test_a_pause_beyond_the_limit_ends_the_run(web: Web, connect: Open, pauses: list[float]) -> None:
    web.answer = lambda _: Reply(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(SourceError, match=r"answers 429, and asks to wait 3600 s; run again then"):
        list(connect().read(None))
    assert pauses == []


def test_attempts_and_pauses_are_bounded(web: Web, connect: Open, pauses: list[float]) -> None:
    web.answer = lambda _: Reply(status=503)
    with pytest.raises(SourceError, match="answers 503; tried 5 times"):
        list(connect(attempts=5, longest_pause=3).read(None))
    assert pauses == [1.0, 2.0, 3.0, 3.0]
    assert len(web.requests) == 5


@pytest.mark.parametrize(
    ("status", "headers", "fix"),
    [
        (401, {}, "check settings.token"),
        (404, {}, "check settings.url"),
        (302, {"Location": "http://127.0.0.1:1/elsewhere"}, "redirects are not followed"),
    ],
)
def test_what_will_not_change_is_not_tried_again(
    status: int, headers: dict[str, str], fix: str, web: Web, connect: Open
) -> None:
    web.answer = lambda _: Reply(status=status, headers=headers)
    with pytest.raises(SourceError, match=fix):
        list(connect().read(None))
    assert len(web.requests) == 1


def test_a_server_that_says_nothing_is_given_up(web: Web, connect: Open, pauses: list[float]) -> None:
    web.answer = lambda _: Reply(b"[", headers={"Content-Length": "100"})
    with pytest.raises(SourceError, match=r"cannot be reached|in time"):
        list(connect(attempts=2, read_seconds=0.2).read(None))
    assert pauses == [1.0]


def test_an_answer_larger_than_the_limit_is_not_read_to_its_end(web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(b"[" + b" " * 5_000_000 + b"]")
    with pytest.raises(SourceError, match=r"larger than 1,048,576 bytes"):
        list(connect(response_bytes=1_048_576).read(None))


@pytest.mark.parametrize("wrap", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_compressed_answers_are_read_and_bombs_are_not(
    wrap: Callable[[bytes], bytes], web: Web, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = wrap.__module__.replace("zlib", "deflate")
    bodies = iter([wrap(b'[{"id": 1}]'), wrap(b"[" + b" " * 60_000_000 + b"]")])
    web.answer = lambda _: Reply(next(bodies), headers={"Content-Encoding": name})
    assert _ids(connect()) == [1]
    made: list[int] = []
    engine = zlib.decompressobj

    class Counting:
        def __init__(self, bits: int) -> None:
            self._engine = engine(bits)

        def __getattr__(self, attribute: str) -> Any:
            return getattr(self._engine, attribute)

        def decompress(self, block: bytes, most: int) -> bytes:
            found = self._engine.decompress(block, most)
            made.append(len(found))
            return found

    monkeypatch.setattr("creditbus.connectors.http.client.zlib.decompressobj", Counting)
    with pytest.raises(SourceError, match="larger than"):
        list(connect().read(None))
    assert sum(made) < 17 * 1_048_576
    assert max(made) <= 65_536


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b'[{"id": 1}]')[:-9]], ids=["none", "cut"])
def test_damaged_compression_is_one_line(body: bytes, web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceError, match="compression cannot be undone"):
        list(connect().read(None))


def test_what_did_not_change_is_not_sent_again(web: Web, connect: Open) -> None:
    marks = {"a": '"1"', "b": '"2"'}

    def answer(request: Request) -> Reply:
        name = request.query.get("from", "a")
        if request.headers.get("if-none-match") == marks[name]:
            return Reply(status=304)
        link = {"Link": '</rows?from=b>; rel="next"'} if name == "a" else {}
        return Reply(_RECORDS[:2] if name == "a" else _RECORDS[2:4], headers={"ETag": marks[name], **link})

    web.answer = answer
    settings = {"paging": {"by": "link"}, "cache": "pages"}
    first = connect(**settings)
    version = first.version()
    second = connect(**settings)
    assert second.version() == version
    assert _ids(second) == [1, 2, 3, 4], "the link comes from the cache, for the short answer has none"
    assert [request.headers.get("if-none-match") for request in web.requests] == [None, None, '"1"', '"2"']
    marks["b"] = '"3"'
    assert connect(**settings).version() == version, "sent anew, and the same"


def test_last_modified_does_where_there_is_no_etag(web: Web, connect: Open) -> None:
    moment = "Wed, 01 Jan 2025 00:00:00 GMT"

    def answer(request: Request) -> Reply:
        same = request.headers.get("if-modified-since") == moment
        return Reply(status=304) if same else Reply(_RECORDS, headers={"Last-Modified": moment})

    web.answer = answer
    assert len(_ids(connect(cache="pages"))) == 25
    assert len(_ids(connect(cache="pages"))) == 25
    assert "if-modified-since" in web.requests[1].headers
    assert "if-modified-since" not in web.requests[0].headers


def test_a_download_is_read_as_it_was_though_the_server_goes_on(web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(_RECORDS[:5])
    source = connect()
    version = source.version()
    rows = source.read(None)
    next(rows)
    web.answer = lambda _: Reply(_RECORDS[5:])
    assert len(list(rows)) == 4
    assert source.version() == version
    assert source.size() == 5
    assert connect().version() != version


def test_pages_that_are_not_used_any_more_leave_the_cache(web: Web, connect: Open, tmp_path: Path) -> None:
    web.answer = _by_page
    connect(records="data.rows", total="data.total", paging={"by": "page"}, cache="pages").version()
    before = len(list((tmp_path / "pages").iterdir()))
    web.answer = lambda _: Reply({"data": {"rows": _RECORDS[:3], "total": 3}})
    connect(records="data.rows", total="data.total", paging={"by": "page"}, cache="pages").version()
    assert (before, len(list((tmp_path / "pages").iterdir()))) == (6, 2)


@pytest.mark.parametrize(
    ("answer", "settings", "message"),
    [
        (
            lambda _: Reply({"rows": [{}], "next": "http://localhost/rows"}),
            {"records": "rows", "paging": {"by": "link", "next": "next"}},
            "on another server, localhost",
        ),
        (
            lambda _: Reply(b'{"rows": [{}], "next": "\\ud800"}'),
            {"records": "rows", "paging": {"by": "cursor", "parameter": "c", "next": "next"}},
            "the cursor of the next page holds half a character",
        ),
        (
            lambda _: Reply(b'{"rows": [{}], "next": "/rows?\\ud800"}'),
            {"records": "rows", "paging": {"by": "link", "next": "next"}},
            "the address of the next page is not an address",
        ),
        (
            lambda _: Reply({"rows": [{"id": 1}], "n": 2}),
            {"records": "rows", "total": "n", "paging": {"by": "page"}},
            "gave 1 records and announces 2",
        ),
        (
            lambda request: Reply([{"id": request.query["page"]}]),
            {"paging": {"by": "page"}, "most_pages": 3},
            "page 4: is one more than settings.most_pages",
        ),
        (lambda _: Reply({"rows": [{}], "n": 2}), {"records": "rows", "total": "n"}, "gave 1 records and announces 2"),
    ],
    ids=["elsewhere", "half a cursor", "half an address", "same page", "endless", "total"],
)
def test_paging_that_leads_astray_ends(
    answer: Callable[[Request], Reply], settings: dict[str, Any], message: str, web: Web, connect: Open
) -> None:
    web.answer = answer
    with pytest.raises(SourceError, match=message):
        list(connect(**settings).read(None))


def _last_page_again(request: Request) -> Reply:
    page = min(int(request.query["page"]), 3)
    return Reply(_RECORDS[(page - 1) * 10 : page * 10])


def _last_cursor_again(request: Request) -> Reply:
    start = int(request.query.get("c", "0"))
    return Reply({"rows": _RECORDS[start : start + 10], "next": min(start + 10, 20)})


@pytest.mark.parametrize(
    ("answer", "settings", "remark"),
    [
        (_last_page_again, {"paging": {"by": "page", "size": 10}}, "page 4 holds what page 3 holds"),
        (
            _last_cursor_again,
            {"records": "rows", "paging": {"by": "cursor", "parameter": "c", "next": "next"}},
            "page 4 is page 3 again",
        ),
    ],
)
def test_a_server_that_repeats_its_last_page_blocks_nothing_and_is_told_of(
    answer: Callable[[Request], Reply], settings: dict[str, Any], remark: str, web: Web, connect: Open
) -> None:
    web.answer = answer
    source = connect(**settings)
    assert _ids(source) == list(range(1, 26))
    [said] = source.remarks()
    assert remark in said
    assert "taken for the end; check settings.paging, or set settings.total" in said
    assert len(web.requests) <= 4


@pytest.mark.parametrize("total", ["25", " 25 ", 25, 25.0, "0,025"], ids=repr)
def test_a_total_may_be_a_text(total: Any, web: Web, connect: Open) -> None:
    web.answer = lambda request: Reply({"rows": _by_page(request).body["data"]["rows"], "total": total})
    assert len(_ids(connect(records="rows", total="total", paging={"by": "page"}))) == 25
    assert len(web.requests) == 3


def test_a_missing_tail_is_told_though_the_total_is_a_text(web: Web, connect: Open) -> None:
    web.answer = lambda request: Reply({"rows": _RECORDS[:4] if request.query["page"] == "1" else [], "total": "7"})
    with pytest.raises(SourceError, match="gave 4 records and announces 7"):
        _ids(connect(records="rows", total="total", paging={"by": "page"}))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rows": _RECORDS}, "page 1: holds nothing at 'total'; check settings.total"),
        ({"rows": _RECORDS, "total": None}, "holds nothing at 'total'"),
        ({"rows": _RECORDS, "total": "many"}, "holds no number at 'total'"),
        ({"rows": _RECORDS, "total": [25]}, "holds no number at 'total'"),
        ({"rows": _RECORDS, "total": -1}, "holds no number at 'total'"),
        ({"rows": _RECORDS, "total": True}, "holds no number at 'total'"),
        ({"rows": _RECORDS, "total": 1.5}, "holds no number at 'total'"),
    ],
)
def test_a_total_that_gives_no_number_is_an_error(body: Any, words: str, web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(body)
    with pytest.raises(SourceError, match=words):
        _ids(connect(records="rows", total="total"))
    assert not connect(records="rows", total="total").check()[0].ok


def test_later_pages_need_not_repeat_the_total(web: Web, connect: Open) -> None:
    def answer(request: Request) -> Reply:
        body = _by_page(request).body["data"]
        return Reply(body if request.query["page"] == "1" else {"rows": body["rows"]})

    web.answer = answer
    assert len(_ids(connect(records="rows", total="total", paging={"by": "page"}))) == 25


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"code": 401, "msg": "令牌已过期"}, "it says code 401: 令牌已过期"),
        ({"code": 401, "msg": "令牌已过期", "rows": []}, "has no records and says code 401: 令牌已过期"),
        ({"code": "E4001", "message": "no\nright", "rows": []}, "says code e4001: no right"),
        ({"success": False, "rows": [], "errMsg": "x"}, "says success: false: x"),
        ({"rows": [], "error": "denied"}, "says success: false: denied"),
        ({"rows": [], "head": {"ret_code": "9999", "ret_msg": "系统繁忙"}}, "says code 9999: 系统繁忙"),
        ({"status": 500, "rows": []}, "says code 500"),
        ({"rows": None, "error": {"code": 403, "message": "forbidden"}}, "it says code 403: forbidden"),
    ],
)
def test_a_failure_that_is_told_with_status_200_is_told_on(body: Any, said: str, web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(body)
    source = connect(records="rows")
    with pytest.raises(SourceError) as error:
        _ids(source)
    assert said in str(error.value)
    assert said in source.check()[0].message


@pytest.mark.parametrize(
    "facts",
    [
        {"code": 0},
        {"code": 200, "msg": "操作成功"},
        {"code": "0000", "message": "ok"},
        {"code": 1, "msg": "查询成功"},
        {"success": True, "msg": "none"},
        {"status": "success"},
        {"code": None},
        {},
    ],
)
def test_a_list_may_be_empty_where_all_is_well(facts: dict[str, Any], web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply({**facts, "rows": []})
    assert _ids(connect(records="rows")) == []


def test_an_expired_token_in_the_middle_of_the_pages_publishes_nothing_as_all(web: Web, connect: Open) -> None:
    web.answer = lambda request: Reply(
        {"code": 0, "rows": _RECORDS[:10]} if request.query["page"] == "1" else {"code": 401, "msg": "过期", "rows": []}
    )
    with pytest.raises(SourceError, match="page 2: has no records and says code 401: 过期"):
        _ids(connect(records="rows", paging={"by": "page"}))


@pytest.mark.parametrize(
    ("content_type", "settings", "encoding"),
    [
        ("application/json; charset=GBK", {}, "gbk"),
        ("application/json;charset=gb2312", {}, "gb18030"),
        ('text/html; charset="GB18030"', {}, "gb18030"),
        ("application/json", {"charset": "gbk"}, "gbk"),
        ("application/json; charset=utf-8", {"charset": "gb18030"}, "gb18030"),
        ("application/json; charset=UTF-16", {}, "utf-16"),
        ("application/json;charset=ISO-8859-1", {}, "utf-8"),
        ("application/json", {}, "utf-8-sig"),
    ],
)
def test_the_charset_of_an_answer_is_used(
    content_type: str, settings: dict[str, Any], encoding: str, web: Web, connect: Open
) -> None:
    body = '[{"id": "示例企业，〔2025〕1号"}]'.encode(encoding)
    web.answer = lambda _: Reply(body, headers={"Content-Type": content_type, "ETag": '"1"'})
    assert _ids(connect(cache="pages", **settings)) == ["示例企业，〔2025〕1号"]
    web.answer = lambda _: Reply(status=304)
    assert _ids(connect(cache="pages", **settings)) == ["示例企业，〔2025〕1号"], "kept in UTF-8"


@pytest.mark.parametrize(
    ("content_type", "words"),
    [
        (
            "application/json; charset=klingon",
            "is in the charset 'klingon', which is not known here",
        ),
        ("application/json; charset=gbk", "not gbk at byte 9, as its charset says"),
        ("application/json", "not utf-8 at byte 9; tell its operator; of an encoding: set settings.charset"),
    ],
)
def test_an_answer_in_no_such_charset_is_one_line(content_type: str, words: str, web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(b'[{"id":"\xff\xff"}]', headers={"Content-Type": content_type})
    with pytest.raises(SourceError, match=words):
        _ids(connect())


def test_a_key_that_stands_there_twice_refuses_its_record_at_any_depth(web: Web, connect: Open) -> None:
    body = (
        b'[{"id": 1, "id": 2}, {"id": {"a": 1, "a": 2}}, {"id": 3, "x": [1, {"b": {"c": 1, "c": 1}}]},'
        b' {"id": 4, "x": [NaN]}, {"id": 5, "ID": 6}, {"id": 7}]'
    )
    web.answer = lambda _: Reply(body)
    rows = list(connect().read(None))
    assert [row.detail.partition(": ")[2] if isinstance(row, Defect) else row.cells["id"] for row in rows] == [
        "the key 'id' stands there twice: nobody can say which value is meant",
        "the key 'a' stands there twice: nobody can say which value is meant",
        "the key 'c' stands there twice: nobody can say which value is meant",
        "'x' is a number that JSON does not have, or a huge one",
        "the keys 'id' and 'ID' differ by case alone",
        7,
    ]
    assert isinstance(rows[0], Defect)
    assert rows[0].original == b'{"id":1,"id#2":2}'


def test_a_key_of_the_answer_that_stands_there_twice_is_an_error(web: Web, connect: Open) -> None:
    web.answer = lambda _: Reply(b'{"rows": [], "rows": [{"id": 1}]}')
    with pytest.raises(SourceError, match="the key 'rows' stands there twice"):
        _ids(connect(records="rows"))


def test_a_token_goes_to_the_server_and_nowhere_else(
    web: Web, connect: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_TOKEN", _SECRET)
    (tmp_path / "secret").write_text(f"{_SECRET}\n", encoding="utf-8")
    web.answer = lambda _: Reply(status=403)
    header = {"token": {"file": "secret"}, "token_header": "X-Api-Key", "token_prefix": ""}
    basic = {"user": "reader", "password": {"env": "EXAMPLE_TOKEN"}}
    for settings in ({"token": {"env": "EXAMPLE_TOKEN"}}, header, basic):
        source = connect(parameters={"q": "示例"}, **settings)
        with pytest.raises(SourceError) as error:
            list(source.read(None))
        assert _SECRET not in str(error.value) + repr(source._settings) + str(source.check())
        assert "示例" not in str(error.value)
    first, second, third = web.requests[0], web.requests[2], web.requests[4]
    assert first.headers["authorization"] == f"Bearer {_SECRET}"
    assert second.headers["x-api-key"] == _SECRET
    assert third.headers["authorization"].startswith("Basic ")
    monkeypatch.delenv("EXAMPLE_TOKEN")
    with pytest.raises(ConfigurationError, match="EXAMPLE_TOKEN: is not set"):
        list(connect(token={"env": "EXAMPLE_TOKEN"}).read(None))


def test_check_and_discover_ask_for_the_first_page_alone(web: Web, connect: Open) -> None:
    web.answer = _by_page
    source = connect(records="data.rows", total="data.total", paging={"by": "page"})
    assert all(finding.ok for finding in source.check())
    (table,) = source.discover()
    assert [column.name for column in table.columns] == ["id", "subject.name", "amount"]
    assert table.rows == 25
    assert len(web.requests) == 2
    web.answer = lambda _: Reply({"data": {"rows": []}})
    assert [finding.ok for finding in connect(records="data.rows").check()] == [True, False]


def test_no_server_is_one_line(connect: Open) -> None:
    source = connect(url="http://127.0.0.1:1/rows", attempts=2)
    (finding,) = source.check()
    assert (finding.ok, finding.subject) == (False, "address")
    assert "cannot be reached (ConnectError); tried 2 times" in finding.message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "ftp://a"}, "http or https"),
        ({"url": "http://a:" + "b@c"}, "take it out"),
        ({"user": "a"}, "belong together"),
        ({"user": "a", "password": {"env": "A"}, "token": {"env": "B"}}, "exclude"),
        ({"paging": {"by": "magic"}}, "page"),
        ({"paging": {"by": "cursor"}}, "next"),
    ],
)
def test_settings_that_do_not_fit_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        KIND.settings.model_validate({"url": "http://127.0.0.1/rows", **changes})


def test_certificates_that_the_environment_names_and_nobody_can_read_are_a_line(
    web: Web, connect: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.answer = lambda _: Reply(_RECORDS)
    for path in (tmp_path / "missing.pem", tmp_path):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with pytest.raises(SourceError, match=r"SSL_CERT_FILE: holds no certificates; correct this variable"):
            _ids(connect())
