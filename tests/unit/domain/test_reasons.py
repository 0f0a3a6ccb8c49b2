"""The closed lists of reasons and cautions."""

import json
from pathlib import Path

import pytest

from creditbus.services.domain.reasons import Caution, Reason


@pytest.mark.parametrize("word", [*Reason, *Caution])
def test_each_word_explains_itself_in_one_line_of_each_language(word: Reason | Caution) -> None:
    assert word.value == word.name
    assert word.sentence.endswith(".")
    assert word.zh.endswith("。")
    assert "\n" not in word.sentence + word.zh


def test_ranks_follow_the_order_of_the_list() -> None:
    assert [reason.rank for reason in Reason] == list(range(len(Reason)))
    assert min([Reason.PERIOD_INVERTED, Reason.ID_LENGTH], key=lambda reason: reason.rank) is Reason.ID_LENGTH


def test_the_order_is_that_of_the_oracle(shared_data: Path) -> None:
    expected = json.loads((shared_data / "expected.json").read_text(encoding="utf-8"))["primary_reason_order"]
    assert [reason for reason in Reason if reason in expected] == expected
