"""Properties of the identifiers' checks."""

from hypothesis import assume, given
from hypothesis import strategies as st

from creditbus.services.domain.identifiers import citizen_id, legacy, organisation_code, registration_no, uscc
from creditbus.services.domain.reasons import Reason
from tests.strategies import citizen_bodies, organisation_codes, registration_nos, usccs


@given(usccs())
def test_a_code_made_by_the_rule_is_valid_whatever_its_authority(code: str) -> None:
    assert uscc.fault(code) is None
    assert organisation_code.is_valid(uscc.organisation_code(code))


@given(usccs(), st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_changed_character_is_always_found(code: str, place: int, character: str) -> None:
    assume(code[place] != character)
    changed = code[:place] + character + code[place + 1 :]
    assert uscc.fault(changed) in {Reason.ID_CHECK_DIGIT, Reason.ID_CHARSET}


@given(usccs(), st.integers(0, 16))
def test_two_neighbours_that_change_places_are_always_found(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert uscc.fault(swapped) is not None


@given(usccs())
def test_lower_case_is_refused_and_its_correction_is_the_code(code: str) -> None:
    assume(code.lower() != code)
    assert uscc.fault(code.lower()) is Reason.ID_LOWER_CASE
    assert uscc.correction(code.lower()) == code


@given(st.text(max_size=40))
def test_any_text_has_a_verdict(text: str) -> None:
    assert uscc.fault(text) in {
        None,
        Reason.ID_LENGTH,
        Reason.ID_LOWER_CASE,
        Reason.ID_CHARSET,
        Reason.ID_CHECK_DIGIT,
    }
    assert citizen_id.fault(text) is None or isinstance(citizen_id.fault(text), Reason)
    legacy.by_shape(text)
    legacy.tax_key(text)


@given(organisation_codes(), st.text(alphabet="0123456789", min_size=6, max_size=6))
def test_three_ways_to_write_an_organisation_code_are_one_key(code: str, division: str) -> None:
    key = f"org:{code}"
    assert legacy.by_shape(code) == legacy.by_shape(f"{code[:8]}-{code[8]}") == legacy.tax_key(division + code) == key


@given(registration_nos(), st.integers(1, 9))
def test_another_last_digit_of_a_registration_number_fails(number: str, step: int) -> None:
    assert registration_no.is_valid(number)
    assert not registration_no.is_valid(number[:-1] + str((int(number[-1]) + step) % 10))


@given(citizen_bodies())
def test_the_upgrade_of_an_old_citizen_number_is_valid_and_keeps_its_digits(old: str) -> None:
    new = citizen_id.upgrade(old)
    assert citizen_id.fault(old) is None
    assert citizen_id.fault(new) is None
    assert new[:6] + new[8:17] == old
