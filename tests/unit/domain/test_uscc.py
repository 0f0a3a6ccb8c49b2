"""The unified social credit code, against public codes of well-known bodies."""

import pytest

from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.reasons import Reason

PUBLIC = [
    "914403001922038216",
    "9144030071526726XG",
    "91440300708461136T",
    "91330100799655058B",
    "91110000802100433B",
    "91100000100003962T",
    "91110108551385082Q",
    "914201007071167872",
    "914201007246906844",
    "91420100177682019R",
    "11420000MB15291767",
    "11230500001755309F",
]


@pytest.mark.parametrize("code", PUBLIC)
def test_public_codes_are_valid(code: str) -> None:
    assert uscc.fault(code) is None
    assert uscc.check_character(code[:17]) == code[17]


@pytest.mark.parametrize("prefix", ["A1", "N2", "Y1"])
def test_codes_of_agriculture_and_of_other_authorities_are_valid(prefix: str) -> None:
    body = prefix + "420106" + "MB1529176"
    assert uscc.fault(body + uscc.check_character(body)) is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", Reason.ID_LENGTH),
        ("91420100177682019", Reason.ID_LENGTH),
        ("91420100177682019RR", Reason.ID_LENGTH),
        ("91420100177682019r", Reason.ID_LOWER_CASE),
        ("9142010017768201or", Reason.ID_LOWER_CASE),
        ("91420100177682O19R", Reason.ID_CHARSET),
        ("91420100I77682019R", Reason.ID_CHARSET),
        ("91420100-77682019R", Reason.ID_CHARSET),
        ("9142010017768２019R", Reason.ID_CHARSET),
        ("9142A100177682019R", Reason.ID_CHARSET),
        ("91420100177682019T", Reason.ID_CHECK_DIGIT),
        ("91420100177628019R", Reason.ID_CHECK_DIGIT),
    ],
)
def test_the_first_fault_is_named(code: str, reason: Reason) -> None:
    assert uscc.fault(code) is reason
    assert uscc.authority_fault(code) is reason


def test_lower_case_alone_is_corrected_in_a_proposal() -> None:
    assert uscc.correction("91420100177682019r") == "91420100177682019R"
    assert uscc.correction("91420100177682018r") is None
    assert uscc.correction("91420100177682019R") is None


def test_the_organisation_code_stands_in_positions_9_to_17() -> None:
    assert uscc.organisation_code("914201007246906844") == "724690684"
