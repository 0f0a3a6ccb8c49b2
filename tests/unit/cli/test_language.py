from __future__ import annotations

import json

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.language import by_environment, choose, chosen, language, spoken, taken_out
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Language, Message

_YES = Message("是", "yes")


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_HK"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_locale_decides_in_the_order_of_posix(environment: dict[str, str], spoken: Language) -> None:
    assert by_environment(environment) == spoken


def test_what_is_chosen_outweighs_the_locale() -> None:
    choose("zh")
    try:
        assert (language(), spoken(_YES)) == ("zh", "是")
    finally:
        choose(None)
    assert spoken(_YES) == "yes"
    with pytest.raises(ConfigurationError, match="one of: zh, en"):
        choose("latin")


@pytest.mark.parametrize(
    ("arguments", "option", "rest"),
    [
        (["connector", "run", "x", "--lang", "zh"], ["--lang", "zh"], ["connector", "run", "x"]),
        (["--lang=en", "status"], ["--lang=en"], ["status"]),
        (["x", "--", "--lang", "zh"], [], ["x", "--", "--lang", "zh"]),
        (["x", "--lang"], ["--lang"], ["x"]),
    ],
)
def test_the_option_may_stand_anywhere(arguments: list[str], option: list[str], rest: list[str]) -> None:
    assert taken_out(arguments) == (option, rest)


@pytest.mark.parametrize(
    ("option", "name"), [([], None), (["--lang", "zh"], "zh"), (["--lang=en"], "en"), (["--lang"], None)]
)
def test_the_language_is_known_before_the_command_is(option: list[str], name: str | None) -> None:
    assert chosen(option) == name


def test_a_command_speaks_as_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert cli.main(["connector", "list", "--lang", "zh"]) == 0
        assert "来源类型" in capsys.readouterr().out
        assert cli.main(["connector", "list", "--lang", "fr"]) == 2
        assert "not a language of creditbus" in capsys.readouterr().err
        assert cli.main(["connector", "list", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["connectors"] == []
    finally:
        choose(None)
