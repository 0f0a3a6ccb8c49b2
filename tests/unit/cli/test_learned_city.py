"""Commands that work without the bus go by the city of the bus that is named, and say so where they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.services.cli.chosen_city import CITY_VARIABLE
from creditbus.services.cli.main import main
from creditbus.topics.city import current_city, example_city, publishing, use_city
from creditbus.topics.city.published import PublishedCity, files_of
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError, UnavailableError

_DEPARTMENT = (
    "id: lists-bureau\nname: {zh: 名单局, en: Lists bureau}\nuscc: null\ncontact: 数据岗\n"
    "roles: {list-keeper: [red-black-list]}\nspeaks_for: [all]\n"
)
_CITY = PublishedCity(3, 0, {**files_of(example_city()), "departments/lists-bureau.yaml": _DEPARTMENT})
_ROWS = (
    "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期\n"
    "列入,经营异常名录,黑,法人及非法人组织,示例晨曦餐饮管理有限公司,91990106FC0090109B,示例市市场监督管理局,"
    "11990100AU0000010W,示异列〔2025〕1号,企业信息公示暂行条例,2025-03-03\n"
)
#: Of each, what stands in its output only where the department is known.
COMMANDS = {
    "init": (
        ["connector", "init", "--department", "lists-bureau", "--source", "lists.csv", "--yes"],
        "Wrote connectors.d/lists.yaml",
    ),
    "preview": (["connector", "preview", "mine"], "1 would be published"),
    "trace": (["trace", "mine", "--row", "1"], "lists-bureau"),
    "discover": (["connector", "discover", "mine"], "主体代码"),
    "list of connectors": (["connector", "list"], "csv    red-black-list             lists-bureau"),
    "list of items": (["catalogue", "list"], "lists-bureau"),
    "item": (["catalogue", "show", "red-black-list"], "lists-bureau"),
}


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A department's own machine: Kafka's address alone, and a connector of a department of the bus's city."""
    for name in ("CITY", "REGISTRY_URL", "REDIS_URL"):
        monkeypatch.delenv(f"CREDITBUS_{name}", raising=False)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.csv").write_text(_ROWS, encoding="utf-8")
    (tmp_path / "connectors.d").mkdir()
    (tmp_path / "connectors.d" / "mine.yaml").write_text(
        "id: mine\ndepartment: lists-bureau\nitem: red-black-list\nkind: csv\n"
        "settings: {path: ../lists.csv}\nmapping: red-black-lists\n",
        encoding="utf-8",
    )
    yield
    use_city(example_city())


def publish(monkeypatch: pytest.MonkeyPatch, city: PublishedCity | Exception | None) -> list[Connection]:
    asked = []

    def newest(connection: Connection, *_: object) -> PublishedCity | None:
        asked.append(connection)
        if isinstance(city, Exception):
            raise city
        return city

    monkeypatch.setattr(publishing, "newest_version", newest)
    return asked


@pytest.mark.parametrize(("arguments", "sign"), COMMANDS.values(), ids=COMMANDS)
def test_a_first_command_goes_by_the_city_of_the_bus(
    arguments: list[str], sign: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(monkeypatch, _CITY)
    assert main(arguments) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert sign in said.out
    assert "goes by" not in said.err


def test_without_the_address_of_a_bus_nothing_is_asked_and_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CREDITBUS_BOOTSTRAP_SERVERS")
    asked = publish(monkeypatch, _CITY)
    assert main(["catalogue", "list"]) == 0
    assert (asked, capsys.readouterr().err) == ([], "")
    assert current_city() is example_city()


def test_a_folder_that_is_chosen_is_not_compared_with_the_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert main(["city", "init", "own", "--yes", "--name", "示例", "--name-en", "Own", "--code", "990100",
                 "--district", "990102=甲区"]) == 0  # fmt: skip
    asked = publish(monkeypatch, _CITY)
    monkeypatch.setenv(CITY_VARIABLE, str(tmp_path / "own"))
    assert main(["catalogue", "list"]) == 0
    assert asked == []


@pytest.mark.parametrize("arguments", [["catalogue", "list", "--json"], ["connector", "list"]])
def test_where_the_bus_is_away_one_line_says_that_the_example_counts(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "127.0.0.1:1" in said.err
    assert "does not answer" in said.err
    assert said.err.endswith("; this command goes by the example city that comes with creditbus\n")
    assert "goes by" not in said.out


def test_where_the_bus_is_away_later_one_line_says_that_what_was_seen_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(monkeypatch, _CITY)
    assert main(["catalogue", "list"]) == 0
    use_city(example_city())
    publish(monkeypatch, UnavailableError("Kafka", "does not answer"))
    capsys.readouterr()
    assert main(["--lang", "zh", "connector", "preview", "mine"]) == 0
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "上次在该总线上见到的声明（第 3 版）" in said.err


@pytest.mark.parametrize(
    ("address", "why"),
    [("kafka.example", "CREDITBUS_BOOTSTRAP_SERVERS: "), ("127.0.0.1:1", "no city's declarations are published yet")],
)
def test_an_address_that_is_none_and_a_bus_without_declarations_are_named(
    address: str, why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(monkeypatch, None)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", address)
    assert main(["catalogue", "list"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(why)
    assert said.endswith("goes by the example city that comes with creditbus\n")


def test_what_a_newer_version_has_published_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(monkeypatch, ConfigurationError("version 9", "was written by a newer creditbus", "upgrade"))
    assert main(["connector", "preview", "mine"]) == 2
    assert "newer creditbus" in capsys.readouterr().err


def test_a_home_that_cannot_be_written_hinders_no_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "declarations").write_text("a file, where a folder is looked for")
    publish(monkeypatch, _CITY)
    assert main(["catalogue", "show", "red-black-list"]) == 0
    assert "lists-bureau" in capsys.readouterr().out
