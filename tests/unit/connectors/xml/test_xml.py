"""XML messages: which element is a row, what its cells are called, and in which encoding they come."""

from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.setup.kinds import kind_named
from creditbus.connectors.xml.safe import BLOCK, SafeParser

MESSAGE = (
    "<Message><Header><operator>示例员</operator></Header><Body><fields><xk_wsh>1号</xk_wsh><xk_nr/></fields>"
    "<fields><xk_wsh>2号</xk_wsh></fields></Body></Message>"
)


def _cells(folder: Path, text: str, encoding: str = "utf-8", **settings: Any) -> list[Any]:
    path = folder / "a.xml"
    path.write_bytes(text.encode(encoding))
    kind = kind_named("xml")
    rows = kind.open(kind.settings.model_validate({"path": path, **settings})).read(None)
    return [row.cells if isinstance(row, Row) else row.detail for row in rows]


def test_repeated_elements_are_rows(tmp_path: Path) -> None:
    text = "<records><record><a>1</a><b/></record><record><a> 2 </a></record></records>"
    assert _cells(tmp_path, text) == [{"a": "1", "b": ""}, {"a": " 2 "}]


def test_the_header_of_a_message_goes_with_its_rows(tmp_path: Path) -> None:
    first, second = _cells(tmp_path, MESSAGE)
    assert first == {"Header/operator": "示例员", "xk_wsh": "1号", "xk_nr": ""}
    assert second == {"Header/operator": "示例员", "xk_wsh": "2号"}


def test_names_may_be_brought_to_upper_case(tmp_path: Path) -> None:
    assert _cells(tmp_path, MESSAGE, names="upper")[1] == {"HEADER/OPERATOR": "示例员", "XK_WSH": "2号"}


def test_the_element_of_a_row_may_be_named(tmp_path: Path) -> None:
    assert _cells(tmp_path, "<m><a>1</a><b><c>2</c></b></m>", record="m") == [{"a": "1", "b/c": "2"}]


def test_attributes_and_repeated_elements_are_cells(tmp_path: Path) -> None:
    text = "<r><x id='7'><a>1</a><a>2</a><n:b xmlns:n='u'>3</n:b></x></r>"
    assert _cells(tmp_path, text, record="x") == [{"@id": "7", "a": "1", "a#2": "2", "b": "3"}]


@pytest.mark.parametrize("name", ["UTF-8", "GB18030", "gb2312", "GBK", "utf-16"])
def test_the_declared_encoding_counts(tmp_path: Path, name: str) -> None:
    text = f"<?xml version='1.0' encoding='{name}'?><r><x><a>示例镕</a></x></r>"
    assert _cells(tmp_path, text, "gb18030" if name.startswith(("g", "G")) else name) == [{"a": "示例镕"}]


@pytest.mark.parametrize("code", ["#xD800", "#55296", "#0", "#x1F", "#xFFFE", "#x110000", "#x00DFFF"])
def test_a_reference_to_what_is_no_character_refuses_its_record_alone(tmp_path: Path, code: str) -> None:
    text = f"<r><x><a>1</a></x><x><a>&{code};</a></x><x><a>3&#x1F600;&amp;&#9;</a></x></r>"
    first, second, third = _cells(tmp_path, text)
    assert (first, third) == ({"a": "1"}, {"a": "3\U0001f600&\t"})
    assert "characters that XML forbids" in second


def test_a_reference_is_found_wherever_a_block_ends(tmp_path: Path) -> None:
    for length in range(BLOCK - 30, BLOCK):
        head = "<r><x><a>1</a></x><x><a>"
        text = f"{head}{'x' * (length - len(head))}&#xD800;</a></x><x><a>&#51;</a></x></r>"
        first, second, third = _cells(tmp_path, text)
        assert (first, third) == ({"a": "1"}, {"a": "3"})
        assert "characters that XML forbids" in second


def test_an_encoding_that_is_not_known_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="declares the encoding 'klingon', which is not known"):
        _cells(tmp_path, "<?xml version='1.0' encoding='klingon'?><r/>")


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x")])
def test_an_error_of_ours_is_no_word_on_the_encoding(error: Exception) -> None:
    def start(name: str, _: object) -> None:
        if name == "b":
            raise error

    parser = SafeParser("a.xml")
    parser.on_start(start)
    with pytest.raises(type(error)):
        parser.feed(b"<a><b/></a>")


def test_cut_off_xml_gives_its_rows_and_then_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<r><x><a>1</a></x><x><a>2", encoding="utf-8")
    kind = kind_named("xml")
    rows = kind.open(kind.settings.model_validate({"path": path})).read(None)
    assert next(rows).row == 1
    with pytest.raises(SourceError, match=r"a\.xml: is not sound XML"):
        next(rows)


def test_a_file_without_a_row_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<r><a>1</a></r>", encoding="utf-8")
    kind = kind_named("xml")
    [_, finding] = kind.open(kind.settings.model_validate({"path": path})).check()
    assert not finding.ok
    assert "name the element of a record in settings.record" in finding.message


def test_elements_that_differ_by_case_alone_refuse_their_record(tmp_path: Path) -> None:
    text = "<r><x><a>1</a><A>2</A></x><x><a>3</a></x></r>"
    assert _cells(tmp_path, text) == ["the elements 'a' and 'A' differ by case alone", {"a": "3"}]
