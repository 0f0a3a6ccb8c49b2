"""Whatever a kind of source of ours says of a row that it cannot read is shown in Chinese when it comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from creditbus.connectors.common import messages as common
from creditbus.connectors.files import messages as files
from creditbus.connectors.http import messages as http
from creditbus.connectors.returned.details import in_both
from creditbus.connectors.run import messages as run
from creditbus.topics.errors import UserError
from creditbus.topics.text import Text


def _details() -> Iterator[Text]:
    mark = files.AFTER_MARK(cell=4)
    yield files.LINE_HAS(line=2, fault=mark)
    yield files.NOT_CLOSED(line=2, where=files.BEFORE_FAULT(line=9, fault=mark))
    yield files.LINE_NOT_ENCODED(line=3, encoding="gb18030", byte=17)
    yield files.ONE_CELL(where=files.LINES(first=3, last=5), width=8)
    yield files.CELLS(where=files.LINE(line=3), cells=9, width=8)
    yield files.SHEET_CELLS(cells=9, width=8)
    yield files.CELL(place="C7", fault=files.SHOWN_AS_DATE())
    yield files.AT_LINE(line=4, fault=common.NOT_JSON_AT(character=9, said=common.EXTRA_DATA()))
    yield files.AT_LINE(line=4, fault=common.KEY_TWICE(name="主体"))
    named = http.OF_PATH(name="a.b", fault=http.NO_JSON_NUMBER())
    yield http.AT_RECORD(page=2, record=7, problem=named)
    yield run.MAY_SPEAK_OF_PERSON(detail=files.SHEET_CELLS(cells=9, width=8))
    yield run.EVENT_TOO_LONG(size=1_000_000, most=900_000)
    yield UserError("lists.xlsx", files.ENCRYPTED(name="a.csv"), files.WITHOUT_PASSWORD()).text()


@pytest.mark.parametrize("detail", list(_details()), ids=str)
def test_a_detail_of_ours_is_shown_in_chinese(detail: Text) -> None:
    assert in_both(str(detail)).zh == detail.zh


def test_a_detail_of_another_kind_of_source_stays_as_it_is() -> None:
    assert in_both("the meter was off").zh == "the meter was off"
