"""YAML with the line of every key, and what is said of a text that is not what it should be."""

from pathlib import Path

import pytest

from creditbus.topics.yaml_text import YamlError, load_yaml, read_yaml

TEXT = """\
# a comment
name: {zh: 某局,
  en: An office}
list:
  - one
  - {key: 2}
1: 2020-12-31
"""


def test_every_key_and_every_element_has_its_line() -> None:
    found = read_yaml(TEXT)
    assert list(found.value) == ["name", "list", "1"]
    assert found.value["list"] == ["one", {"key": 2}]
    assert found.lines["name", "zh"] == 2
    assert found.lines["name", "en"] == 3
    assert found.lines["list", 1] == found.lines["list", 1, "key"] == 6
    assert found.line(("name", "missing", "deeper")) == 2
    assert found.line(("missing",)) == 1
    assert "某局" not in repr(found)


def test_what_is_named_twice_by_an_anchor_is_read_twice() -> None:
    assert read_yaml("a: &x [1]\nb: *x\n").value == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("text", "line", "path", "problem"),
    [
        ("", 1, (), "must be a mapping of keys to values"),
        ("- a\n", 1, (), "must be a mapping of keys to values"),
        ("a: [\n", 2, (), "is not YAML: "),
        ("a: \x07\n", 0, (), "is not YAML: "),
        ("a:\n  b: 1\n  b: 2\n", 3, ("a", "b"), "stands here a second time"),
        ("a:\n  - b: 2020-13-45\n", 2, ("a", 0, "b"), "is not a value that YAML knows"),
        ("a: !!python/name:os.system x\n", 1, ("a",), "is not a value that YAML knows"),
        ("a: &x\n  - *x\n", 1, ("a", 0), "holds itself"),
    ],
)
def test_a_fault_is_named_by_line_and_key(text: str, line: int, path: tuple[str | int, ...], problem: str) -> None:
    with pytest.raises(YamlError) as raised:
        read_yaml(text)
    error = raised.value
    assert (error.line, error.path) == (line, path)
    assert error.problem.startswith(problem)
    assert "\n" not in error.problem


def test_a_file_that_cannot_be_read_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(YamlError, match="cannot be read: No such file"):
        load_yaml(tmp_path / "none.yaml")
    (tmp_path / "gbk.yaml").write_bytes("a: 某局".encode("gb18030"))
    with pytest.raises(YamlError, match="is not UTF-8 text"):
        load_yaml(tmp_path / "gbk.yaml")
