"""Mergers on real servers: both profiles and both subjects' feeds name the other side, until it is annulled."""

from pathlib import Path
from typing import Any

import pytest

from creditbus.services.cli import main as cli
from tests.harness.traffic import Party, party
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_REGISTER = "企业名称,统一社会信用代码,法定代表人,登记状态,登记机关,核准日期,注册地址"
_HEADER = "变更类型,原主体代码,原主体名称,承继主体代码,承继主体名称,生效日期,通知书文号,登记机关,状态,撤销日期,撤销原因"
_FEED = "feed.district-wuchang"
A, B, C = (party(number) for number in (1, 2, 3))


def _row(first: Party, second: Party, *, code: str = "", annulled: bool = False) -> str:
    undone = "撤销,2025-04-01,登记错误" if annulled else ",,"
    subjects = f"{code or first.code},{first.name},{second.code},{second.name}"
    return f"合并,{subjects},2025-03-03,示合〔2025〕1号,示例市市场监督管理局,{undone}"


def _links(say: Say, code: str) -> tuple[list[str], list[str]]:
    shown = say("profile", "show", code)
    assert [link["notice"] for which in ("predecessors", "successors") for link in shown[which]] == [
        "示合〔2025〕1号"
    ] * (len(shown["predecessors"]) + len(shown["successors"]))
    return [link["subject"] for link in shown["predecessors"]], [link["subject"] for link in shown["successors"]]


def _told(live: Observer) -> list[tuple[Any, ...]]:
    """What the feed has reported about successions: sorted, for subjects stand in different partitions."""
    live.settle()
    changes = [live.wire.decode(record.value) for record in live.of(_FEED)]
    assert len({change["record"]["event_id"] for change in changes}) == len(changes)
    told = [change for change in changes if change["record"]["item"] == "subject-succession"]
    assert cli.main(["feed", "follow", "district-wuchang", "--from-start", "--until-end"]) == 0
    return sorted(
        (change["subject"]["code"], change["subject"]["version"], change["record"]["state"], change["content"]["HSDM"])
        for change in told
    )


@pytest.fixture
def registered(say: Say, tmp_path: Path) -> None:
    rows = [f"{one.name},{one.code},甲,存续,示例局,2020-05-06,示例市武昌区示例大道1号" for one in (A, B, C)]
    (tmp_path / "登记.csv").write_text("\n".join([_REGISTER, *rows]) + "\n", encoding="utf-8")
    say("connector", "init", "--department", "market-supervision", "--source", "登记.csv", "--yes")
    assert say("connector", "run", "registration", "--wait")["outcomes"]["applied"] == 3


@pytest.mark.usefixtures("registered")
def test_a_merger_shows_on_both_sides_and_is_gone_on_both_when_it_is_annulled(
    live: Observer, say: Say, tmp_path: Path
) -> None:
    source = tmp_path / "承继.csv"

    def write(*rows: str) -> None:
        source.write_text("\n".join([_HEADER, *rows]) + "\n", encoding="utf-8")

    # A, by its organisation code, and B merge into C; a change of name is not a merger
    write(_row(A, C, code=A.organisation_code), _row(B, C), _row(C, C))
    name = "successions"
    arguments = ("--department", "market-supervision", "--source", "承继.csv", "--id", name)
    made = say("connector", "init", *arguments, "--yes")
    assert made["looks_like"]["template"] == "subject-successions"
    assert say("connector", "preview", name, "--compare")["standings"] == {"new": 2}
    ran = say("connector", "run", name, "--wait")["outcomes"]
    assert (ran["applied"], ran["rejected"]) == (2, {"ID_SAME_SUBJECT": 1})
    both_told = sorted(
        [(A.code, 2, "ACTIVE", C.code), (B.code, 2, "ACTIVE", C.code)]
        + [(C.code, version, "ACTIVE", C.code) for version in (2, 3)]
    )
    assert _told(live) == both_told
    assert _links(say, A.code) == _links(say, A.organisation_code) == ([], [C.code])
    assert _links(say, B.code) == ([], [C.code])
    assert _links(say, C.code) == (sorted([A.code, B.code]), [])
    assert cli.main(["profile", "show", C.code]) == 0

    # the first is annulled by its own row; the rest of the file is sent again
    write(_row(A, C, annulled=True), _row(B, C))
    ran = say("connector", "run", name, "--wait")["outcomes"]
    assert (ran["applied"], ran["changes"], ran["duplicate"]) == (1, {"transition": 1}, 1)
    assert set(_told(live)) - set(both_told) == {(A.code, 3, "WITHDRAWN", None), (C.code, 4, "WITHDRAWN", None)}
    assert _links(say, A.code) == ([], [])
    assert _links(say, C.code) == ([B.code], [])

    # set back to what it said at first: the annulment was a mistake, and the file tells how things stand
    write(_row(A, C), _row(B, C))
    ran = say("connector", "run", name, "--wait")["outcomes"]
    assert (ran["applied"], ran["duplicate"]) == (1, 2)
    assert _links(say, A.code) == ([], [C.code])

    # the second vanishes from the file and is withdrawn on a person's word
    write(_row(A, C, annulled=True))
    say("connector", "run", name, "--wait")
    (vanished,) = (one for one in say("connector", "vanished", name) if not one["recoded"])
    assert vanished["document_no"] == f"示合〔2025〕1号→{C.code}"
    say("connector", "withdraw", name, "--keys", vanished["key"], "--yes")
    assert len(_told(live)) == 12
    assert _links(say, A.code) == ([], [])
    assert _links(say, B.code) == _links(say, C.code) == ([], [])
    assert say("ledger")["balanced"]

    # what counts is rows and pairs, not records of both; the refused row is not in the file any more
    item = "subject-succession"
    say("quality", "declare", "market-supervision", "--item", item, "--period", "2025-03", "--count", "4")
    (report,) = say("quality", "--department", "market-supervision", "--from", "2020-01-01", "--to", "2099-12-31")[
        "departments"
    ]
    counts = report["items"][item]["counts"]
    # the annulment, taken back and said again, and the row that is left at the end, were reported too
    assert (counts["provided"], counts["applied"], counts["refused"]) == (6, 6, 0)
    assert (counts["declared"][0]["reported"], counts["declared"][0]["missing"]) == (2, 2)
