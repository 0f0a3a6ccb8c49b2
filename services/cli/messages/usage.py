"""What is said of wrong arguments: typer's sentences, as patterns, with what they are in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

SEE_HELP = Message(
    "；见 `{command} --help`",
    "; see `{command} --help`",
)
INTERNAL_ERROR = Message(
    "内部错误：{error}；详见 {path}",
    "internal error: {error}; details in {path}",
)

OF_TYPER: Final[Mapping[str, Message]] = {
    r"Invalid value for (?P<name>'[^']*'): (?P<problem>.*)": Message(
        "{name} 的值无效：{problem}", "Invalid value for {name}: {problem}"
    ),
    r"No such command (?P<name>'.*?')\. Did you mean (?P<others>.*)\?": Message(
        "没有命令 {name}（是否为 {others}？）", "No such command {name}. Did you mean {others}?"
    ),
    r"No such command (?P<name>'.*?')\.": Message("没有命令 {name}", "No such command {name}."),
    r"No such option: (?P<name>\S+) \(Possible options: (?P<others>.*)\)": Message(
        "没有选项 {name}（是否为 {others}？）", "No such option: {name} (Possible options: {others})"
    ),
    r"No such option: (?P<name>\S+)": Message("没有选项 {name}", "No such option: {name}"),
    r"Missing command\.": Message("没有给出命令", "Missing command."),
    r"Missing argument (?P<name>'[^']*')\.": Message("没有给出参数 {name}", "Missing argument {name}."),
    r"Missing option (?P<name>'[^']*')\.": Message("没有给出选项 {name}", "Missing option {name}."),
    r"Option (?P<name>'[^']*') requires an argument\.": Message(
        "选项 {name} 需要一个值", "Option {name} requires an argument."
    ),
    r"Option (?P<name>'[^']*') does not take a value\.": Message(
        "选项 {name} 不带值", "Option {name} does not take a value."
    ),
    r"Got unexpected extra argument\S* \((?P<names>.*)\)\.?": Message(
        "多余的参数：{names}", "Got unexpected extra arguments ({names})"
    ),
    r"Input should be a valid integer.*": Message("应为整数", "Input should be a valid integer"),
    r"Input should be a valid number.*": Message("应为数值", "Input should be a valid number"),
    r"Input should be greater than or equal to (?P<least>\S+)": Message(
        "不能小于 {least}", "Input should be greater than or equal to {least}"
    ),
    r"Input should be less than or equal to (?P<most>\S+)": Message(
        "不能大于 {most}", "Input should be less than or equal to {most}"
    ),
    r"Value error, (?P<value>'.*?') does not match the formats? (?P<formats>.*?)\.?": Message(
        "{value} 不符合格式 {formats}", "{value} does not match the formats {formats}"
    ),
}
