"""A value that is changed by mistake and set back, from the department's source to a subscriber's feed."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from creditbus.services.domain.identifiers import uscc
from tests.harness.wire import Observer
from tests.integration.bus.conftest import Say

_ORGAN = "11990100AU0000010W"
_FEED = "district-wuchang"


def _code(number: int) -> str:
    body = f"91990106{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(f"{number:08d}", weights, strict=True)) % 11
    body += {10: "X", 11: "0"}.get(rest, str(rest))
    return body + uscc.check_character(body)


def _row(number: int, law: str, *, removed: bool = False) -> dict[str, str]:
    """One entry of a list; its legal basis is what is changed and set back."""
    return {
        "事件类型": "移出" if removed else "列入",
        "名单名称": "经营异常名录",
        "名单类型": "黑",
        "主体类别": "法人及非法人组织",
        "主体名称": f"示例{number}号有限公司",
        "主体代码": _code(number),
        "认定单位": "示例局",
        "认定单位代码": _ORGAN,
        "列入决定文书号": f"示回〔2025〕{number}号",
        "法律依据": law,
        "列入日期": "2025-03-03",
        "移出原因": "提前移出" if removed else "",
        "移出日期": "2025-04-01" if removed else "",
    }


def _write_csv(folder: Path, rows: Sequence[dict[str, str]]) -> None:
    with (folder / "名单.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _write_table(folder: Path, rows: Sequence[dict[str, str]]) -> None:
    with sqlite3.connect(folder / "名单.db") as base:
        names = list(rows[0])
        base.execute(
            f"CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, {', '.join(f'{n} TEXT' for n in names)})"
        )
        base.execute("DELETE FROM rows")
        marks = ", ".join("?" * (len(names) + 1))
        keyed = [(re.sub(r".*〕|号", "", row["列入决定文书号"]), *row.values()) for row in rows]
        base.executemany(f"INSERT INTO rows VALUES ({marks})", keyed)


_KINDS: dict[str, tuple[Callable[[Path, Sequence[dict[str, str]]], None], str, dict[str, Any]]] = {
    "csv": (_write_csv, "csv", {"path": "../名单.csv"}),
    "table": (
        _write_table,
        "sql",
        {"url": "sqlite:///../名单.db", "table": "rows", "key": ["id"], "mode": "compare", "state": "known"},
    ),
}


#: Changed and set back: a second time of one kind, for what the stages then do is the same.
_CHANGED = {"csv": "乙甲乙甲", "table": "乙甲"}


@pytest.fixture
def registered(say: Say, tmp_path: Path) -> None:
    head = "企业名称,统一社会信用代码,法定代表人,登记状态,登记机关,核准日期,注册地址"
    rows = [
        f"示例{n}号有限公司,{_code(n)},甲,存续,示例局,2020-05-06,示例市武昌区示例大道{n}号" for n in range(501, 505)
    ]
    (tmp_path / "登记.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    say("connector", "init", "--department", "market-supervision", "--source", "登记.csv", "--yes", "--force")
    say("connector", "run", "registration", "--wait")


def _shown(say: Say, number: int) -> tuple[str, str | None]:
    """Return state and legal basis of a record as the profile has it."""
    [record] = [
        one
        for one in say("profile", "show", _code(number))["records"]
        if one["document_no"] == f"示回〔2025〕{number}号"
    ]
    return record["state"], record["content"].get("FLYJ")


def _known(say: Say, number: int) -> list[tuple[str | None, str]]:
    """Go back through what was known of a record: each time to the moment before it became what it was then."""
    found: list[tuple[str | None, str]] = []
    moment = "2099-01-01T00:00:00+08:00"
    while True:
        profile = say("profile", "show", _code(number), "--as-known-at", moment)
        assert profile["not_kept"] == []
        known = [one for one in profile["records"] if one["document_no"] == f"示回〔2025〕{number}号"]
        if not known:
            return found
        (record,) = known
        found.append((record["content"].get("FLYJ"), record["state"]))
        since = datetime.fromisoformat(record["known_since"])
        moment = (since - timedelta(milliseconds=1)).isoformat(timespec="milliseconds")


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("kind", "first"), [("csv", 501), ("table", 503)])
def test_what_is_set_back_reaches_every_subscriber(
    kind: str, first: int, live: Observer, say: Say, tmp_path: Path
) -> None:
    write, name, settings = _KINDS[kind]
    one, other = first, first + 1
    raw = {"id": f"back-{kind}", "department": "credit-office", "item": "red-black-list", "kind": name}
    (tmp_path / "connectors.d").mkdir(exist_ok=True)
    (tmp_path / "connectors.d" / f"back-{kind}.yaml").write_text(
        json.dumps(raw | {"settings": settings, "mapping": "red-black-lists"}), encoding="utf-8"
    )

    def run(*rows: dict[str, str]) -> dict[str, Any]:
        write(tmp_path, rows)
        compared = say("connector", "preview", f"back-{kind}", "--compare")["standings"]
        found: dict[str, Any] | None = say("connector", "run", f"back-{kind}", "--wait")["outcomes"]
        if found is None:  # a table of which a row is gone gives none
            return {}
        assert found["settled"]
        assert found["stale"] == 0
        assert compared.get("stale", 0) == 0
        return found | {"compared": compared}

    assert run(_row(one, "条例甲"), _row(other, "条例"))["changes"] == {"new": 2}
    laws = [f"条例{law}" for law in _CHANGED[kind]]
    for law in laws:
        found = run(_row(one, law), _row(other, "条例"))
        assert (found["changes"], found["compared"]["amendment"]) == ({"amended": 1}, 1)
        assert _shown(say, one) == ("ACTIVE", law)

    # taken off the list by mistake, and back on it
    run(_row(one, "条例甲", removed=True), _row(other, "条例"))
    assert _shown(say, one)[0] == "EXITED"
    run(_row(one, "条例甲"), _row(other, "条例"))
    assert _shown(say, one) == ("ACTIVE", "条例甲")

    # gone from the source, withdrawn for it, and back
    run(_row(other, "条例"))
    say("connector", "withdraw", f"back-{kind}", "--all", "--yes", "--many")
    live.settle()
    assert _shown(say, one)[0] == "WITHDRAWN"
    run(_row(other, "条例"), _row(one, "条例甲"))
    assert _shown(say, one) == ("ACTIVE", "条例甲")
    live.settle()
    later = [("条例甲", state) for state in ("ACTIVE", "WITHDRAWN", "ACTIVE", "EXITED")]
    assert _known(say, one) == [*later, *[(law, "ACTIVE") for law in reversed(["条例甲", *laws])]]
    changes = [live.wire.decode(one.value)["record"] for one in live.of(f"feed.{_FEED}")]
    told = [(one["state"], one["change"]) for one in changes if one["document_no"] == f"示回〔2025〕{first}号"]
    assert told == [
        ("ACTIVE", "NEW"),
        *[("ACTIVE", "AMENDED")] * len(laws),
        ("EXITED", "TRANSITION"),
        ("ACTIVE", "TRANSITION"),
        ("WITHDRAWN", "TRANSITION"),
        ("ACTIVE", "TRANSITION"),
    ]
