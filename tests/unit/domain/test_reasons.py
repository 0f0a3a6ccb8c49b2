"""The closed lists of reasons and cautions."""

import copy
import json
from pathlib import Path

import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.reasons import AnyReason, Caution, Reason

CATALOGUE = Catalogue.parse(raw_catalogue())
OWN = {code: reason for item in CATALOGUE for code, reason in item.reasons.items()}.values()


@pytest.mark.parametrize("word", [*Reason, *OWN, *Caution])
def test_each_word_explains_itself_in_one_line_of_each_language(word: AnyReason | Caution) -> None:
    assert word.value == (word.name if isinstance(word, (Reason, Caution)) else str(word))
    assert word.sentence.endswith(".")
    assert word.zh.endswith("。")
    assert "\n" not in word.sentence + word.zh


def test_ranks_follow_the_order_of_the_list() -> None:
    assert [reason.rank for reason in Reason] == list(range(len(Reason)))
    assert min([Reason.PERIOD_INVERTED, Reason.ID_LENGTH], key=lambda reason: reason.rank) is Reason.ID_LENGTH


def test_a_reason_of_an_item_stands_between_the_general_conditions_and_what_a_record_tells() -> None:
    for item in CATALOGUE:
        ranks = [reason.rank for reason in item.reasons.values()]
        assert ranks == sorted(set(ranks))
        assert all(Reason.COND_SUBJECT_CODE_MISSING.rank < rank < Reason.REF_UNKNOWN_ORIGINAL.rank for rank in ranks)


def test_a_copy_of_an_items_reason_is_the_same_reason() -> None:
    for reason in OWN:
        again = copy.deepcopy(reason)
        assert (again, again.rank, again.zh, again.sentence) == (reason, reason.rank, reason.zh, reason.sentence)


def test_a_code_of_another_version_has_no_reason() -> None:
    assert CATALOGUE.reason("COND_OF_TOMORROW") is None


def test_the_order_is_that_of_the_oracle(shared_data: Path) -> None:
    expected = json.loads((shared_data / "expected.json").read_text(encoding="utf-8"))["primary_reason_order"]
    assert [reason for reason in Reason if reason in expected] == [
        code for code in expected if code in Reason.__members__
    ]
    for item in CATALOGUE:
        ordered = sorted([*Reason, *item.reasons.values()], key=lambda reason: reason.rank)
        own = [code for code in expected if item.reason(code) is not None]
        assert [reason for reason in ordered if reason in expected] == own
