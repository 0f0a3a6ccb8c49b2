"""Roles and authorities that do not fit the catalogue, and what is said of a row of another authority."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from creditbus.connectors.common.field_names import admitted_instead
from creditbus.services.cli import main as cli
from creditbus.topics.city import current_city, read_city, use_city
from tests.examples import shipped

_FOREIGN = "11990100AU000007XW"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Path]:
    """The folder of a city, a copy of the example; `use_city(read_city(folder))` takes it as it is by then."""
    before, folder = current_city(), tmp_path / "city"
    with as_file(files("creditbus.topics")) as packaged:
        copytree(packaged, folder, ignore=ignore_patterns("*.py", "__pycache__", "city", "topics.yaml"))
    yield folder
    use_city(before)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "tax-bureau",
            "contact:",
            "roles: {enforcment: [all]}\ncontact:",
            r"roles.enforcment: .*; did you mean enforcement\?",
        ),
        ("human-resources", "wage-arrears-list", "wage-arrears", r"roles.list-keeper: .*no item 'wage-arrears'"),
        ("human-resources", "AF0000120T", "AF0000121T", r"speaks_for: 11990100AF0000121T is not a valid"),
        ("human-resources", "AU0000037L", "AU0000038L", r"uscc: 11990100AU0000038L is not a valid"),
        (
            "procuratorate",
            "uscc: 11990100AF0000032C",
            "uscc: null",
            r"uscc: is not given, .* of bribery-file-query names",
        ),
    ],
)
def test_a_plan_by_wrong_roles_or_authorities_is_refused(
    city: Path,
    file: str,
    old: str,
    new: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("creditbus.deploy.bus.plan_bus", lambda _: pytest.fail("it was planned"))
    path = city / "departments" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    use_city(read_city(city))
    for command in ("plan", "apply"):
        assert cli.main(["topics", command, "--lang", "en"]) == 2
        assert re.search(rf"departments/{file}.yaml: {said}", capsys.readouterr().err)


@pytest.fixture
def connector(tmp_path: Path) -> Callable[..., Path]:
    """Write a connector for one penalty of a bureau that speaks for itself alone; return its file."""

    def written(department: str = "transport-bureau") -> Path:
        row: dict[str, Any] = {
            "CF_XDR_MC": "示例晨曦餐饮管理有限公司",
            "CF_XDR_LB": "法人及非法人组织",
            "CF_XDR_SHXYM": "91990106FC0090109B",
            "CF_FRDB": "示例代表甲",
            "CF_WSH": "示税罚〔2019〕1号",
            "CF_WFXW": "违法行为",
            "CF_SY": "事实",
            "CF_YJ": "依据",
            "CF_CFLB": "警告",
            "CF_NR": "警告",
            "CF_JDRQ": "2019-03-01",
            "CF_GSJZQ": "2020-03-01",
            "CF_CFJG": "示例市税务局",
            "CF_CFJGDM": _FOREIGN,
            "CF_SJLY": "示例市税务局",
            "CF_SJLYDM": _FOREIGN,
        }
        (tmp_path / "penalties.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
        configuration = {
            "id": "penalties",
            "department": department,
            "item": "administrative-penalty",
            "kind": "jsonl",
            "settings": {"path": "../penalties.jsonl"},
            "mapping": "dual-publicity-2018-penalties",
        }
        (tmp_path / "connectors.d").mkdir(exist_ok=True)
        file = tmp_path / "connectors.d" / "penalties.yaml"
        file.write_text(json.dumps(configuration), encoding="utf-8")
        return file

    return written


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("does not speak for this authority", "it speaks for", "11990100AU0000053A")),
        ("zh", ("不代表此决定机关", "它代表：", "11990100AU0000053A")),
    ],
)
def test_a_preview_names_the_field_the_code_and_whom_the_department_speaks_for(
    language: str, parts: tuple[str, ...], connector: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = connector()
    arguments = ["connector", "preview", "penalties", "--folder", str(file.parent), "--lang", language]
    assert cli.main(arguments) in {0, 1}
    said = re.sub(r"\s+|[│|]", "", capsys.readouterr().out)
    wanted = (
        "CAT_OTHER_AUTHORITY",
        "CF_CFJGDM",
        "处罚机关统一社会信用代码" if language == "zh" else "",
        _FOREIGN,
        *parts,
    )
    assert [part for part in wanted if part.replace(" ", "") not in said] == []


@pytest.mark.parametrize(
    ("authorities", "zh", "en"),
    [
        (frozenset({"B", "A"}), "它代表：A、B", "it speaks for A, B"),
        (frozenset(), "它的声明没有 uscc，也没有 speaks_for", "its declaration has neither uscc nor speaks_for"),
        (None, "现在它代表所有机关：请重新发送", "by now it speaks for every authority: send the row again"),
        (frozenset(f"{number:02}" for number in range(22)), "19 等，另有 2 个", "18, 19, and 2 more"),
    ],
)
def test_whom_a_department_speaks_for_follows_the_reason(authorities: frozenset[str] | None, zh: str, en: str) -> None:
    said = admitted_instead(shipped("administrative-penalty"), "CF_CFJGDM", "CAT_OTHER_AUTHORITY", authorities)
    assert said.endswith(en)
    assert said.zh.endswith(zh)
    assert admitted_instead(shipped("administrative-penalty"), "CF_CFJGDM", "ID_LENGTH", authorities) == ""


def test_a_department_without_the_role_gets_no_connector(
    connector: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for department in ("tax-bureau", "nobody-at-all"):
        file = connector(department)
        assert cli.main(["connector", "preview", "penalties", "--folder", str(file.parent), "--lang", "en"]) == 2
        said = capsys.readouterr().err
        assert f"{department} may not publish administrative-penalty" in said
        assert "entitled: administrative-enforcement, construction-bureau" in said
