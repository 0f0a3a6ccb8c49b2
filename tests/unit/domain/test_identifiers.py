"""Organisation code, registration number, citizen number, legacy keys, kinds of subjects."""

import pytest

from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.identifiers import citizen_id, legacy, organisation_code, registration_no
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.reasons import Reason


@pytest.mark.parametrize("code", ["D2143569X", "01089065X", "724690684"])
def test_organisation_codes_of_the_standard_and_of_public_bodies_are_valid(code: str) -> None:
    assert organisation_code.is_valid(code)
    assert not organisation_code.is_valid(code[:-1] + ("1" if code[-1] != "1" else "2"))


def test_an_organisation_code_may_be_written_with_a_hyphen() -> None:
    assert organisation_code.is_shaped("D2143569-X")
    assert not organisation_code.is_valid("D2143569-X")
    assert organisation_code.compact("D2143569-X") == "D2143569X"


@pytest.mark.parametrize("text", ["", "D2143569", "D2143569Y", "d2143569X", "D214-3569X", "D2143569X\n"])
def test_other_shapes_are_no_organisation_code(text: str) -> None:
    assert not organisation_code.is_shaped(text)


@pytest.mark.parametrize("number", ["330203000030639", "330200400070010", "330200600002522", "110108000673293"])
def test_public_registration_numbers_are_valid(number: str) -> None:
    assert registration_no.is_valid(number)


@pytest.mark.parametrize("number", ["330108000014576", "33021200019832", "33020300003063X", "３30203000030639"])
def test_other_registration_numbers_are_not(number: str) -> None:
    assert not registration_no.is_valid(number)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "110105491231002"])
def test_numbers_of_the_standard_are_valid(number: str) -> None:
    assert citizen_id.fault(number) is None


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("1101051949123100", Reason.ID_LENGTH),
        ("11010519491231002x", Reason.ID_LOWER_CASE),
        ("11010519491331002X", Reason.ID_CHARSET),
        ("1101051949123100AX", Reason.ID_CHARSET),
        ("110105491331002", Reason.ID_CHARSET),
        ("110105000229002", Reason.ID_CHARSET),  # 1900 was not a leap year
        ("110105194912310021", Reason.ID_CHECK_DIGIT),
    ],
)
def test_the_fault_of_a_citizen_number_is_named(number: str, reason: Reason) -> None:
    assert citizen_id.fault(number) is reason


def test_an_old_citizen_number_becomes_the_new_one() -> None:
    assert citizen_id.upgrade("110105491231002") == "11010519491231002X"
    assert citizen_id.upgrade("11010519491231002X") == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("330203000030639", "reg:330203000030639"),
        ("330203000030638", "reg:330203000030638"),
        ("D2143569-X", "org:D2143569X"),
        ("D2143569X", "org:D2143569X"),
        ("33021200019832", None),
        ("914201007246906844", None),
    ],
)
def test_a_legacy_code_is_known_by_its_shape_whatever_its_check(text: str, key: str | None) -> None:
    assert legacy.by_shape(text) == key


def test_a_tax_number_is_division_and_organisation_code() -> None:
    assert legacy.tax_key("420106724690684") == "org:724690684"
    assert legacy.tax_key("42010672469068X") == "org:72469068X"
    assert legacy.tax_key("42010672469068") is None
    assert legacy.tax_key("4201A6724690684") is None
    assert legacy.tax_key("420106" + "D2143569-X") is None


def test_certificates_have_schemes_of_their_own() -> None:
    assert legacy.institution_key("142010000001") == "inst:142010000001"
    assert legacy.institution_key("14201000000") is None
    assert legacy.social_organisation_key("鄂武社证字第010001号") == "soc:鄂武社证字第010001号"
    assert legacy.social_organisation_key("") is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("914201007246906844", SubjectKind.ENTERPRISE),
        ("11420000MB15291767", SubjectKind.STATE_ORGAN),
        ("12", SubjectKind.INSTITUTION),
        ("52", SubjectKind.SOCIAL_ORGANISATION),
        ("92", SubjectKind.INDIVIDUAL_BUSINESS),
        ("93", SubjectKind.ENTERPRISE),
        ("N1", SubjectKind.OTHER_ORGANISATION),
        ("81", SubjectKind.OTHER_ORGANISATION),
    ],
)
def test_the_code_says_the_kind(code: str, kind: SubjectKind) -> None:
    assert kind_of(code) is kind
