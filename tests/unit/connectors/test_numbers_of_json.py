"""Numbers that take more memory than a machine has, in every reader of JSON."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Defect
from creditbus.connectors.http.records import cells, parse, text_of
from creditbus.connectors.kafka.decoding import ValueDecoder
from creditbus.connectors.kafka.settings import KafkaSettings
from creditbus.connectors.setup.kinds import kind_named

_HUGE = ["1e999999999", "1E+999999999999", "-1e-999999999999", "1e99999999999999999999", "0e999999999999", "1.5e65"]
_BOUNDED = ["1e64", "1.5e-64", "-0.10", "0.0", "123456789.00"]


def _of_file(record: str, folder: Path, form: str) -> Any:
    path = folder / "a.jsonl"
    path.write_text(form.format(record), encoding="utf-8")
    kind = kind_named("files")
    row, after = kind.open(kind.settings.model_validate({"path": path})).read(None)
    assert not isinstance(after, Defect), "the next record flows"
    if isinstance(row, Defect):
        raise ValueError(row.detail)  # noqa: TRY004 -- one way out for all readers
    return row.cells


def _of_topic(record: str, _: Path) -> Any:
    settings = KafkaSettings.model_validate({"bootstrap_servers": "a:9092", "topic": "t"})
    return cells(ValueDecoder(settings)(record.encode()))


_READERS: dict[str, Callable[[str, Path], Any]] = {
    "lines": lambda record, folder: _of_file(record, folder, '{}\n{{"a": 1}}\n'),
    "array": lambda record, folder: _of_file(record, folder, '[{}, {{"a": 1}}]'),
    "http": lambda record, _: cells(parse(record.encode())),
    "kafka": _of_topic,
}


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize("number", _HUGE)
@pytest.mark.parametrize("form", ['{"a": %s}', '{"a": [%s]}', '{"a": {"b": [{"c": %s}]}}'])
def test_a_number_that_cannot_be_written_out_is_refused_at_any_depth(
    reader: str, number: str, form: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"exponent past all bounds|a number that JSON does not have, or a huge one"):
        _READERS[reader](form % number, tmp_path)


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize("number", _BOUNDED)
def test_other_numbers_keep_their_digits(reader: str, number: str, tmp_path: Path) -> None:
    assert str(_READERS[reader](f'{{"a": {number}}}', tmp_path)["a"]) == str(Decimal(number))


@pytest.mark.parametrize("number", [*_HUGE, "NaN", "1" + "0" * 500])
def test_what_is_quoted_of_a_record_shows_the_number_as_it_was_written(number: str) -> None:
    assert text_of(parse(f'[{{"a": {number}}}]'.encode())) == f'[{{"a":"{number}"}}]'
