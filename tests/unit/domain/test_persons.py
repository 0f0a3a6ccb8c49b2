"""Citizens' numbers and companies' codes are distinguished. All numbers are made up; nobody has them."""

import random
from datetime import date, timedelta

import pytest
from stdnum.iso7064 import mod_11_2

from creditbus.services.domain.identifiers import citizen_id, organisation_code, uscc
from creditbus.services.domain.identifiers.persons import holds_number, names_person, without_numbers
from creditbus.services.domain.reasons import Reason

SEED = 20261128
_REGIONS = ("110101", "120103", "310115", "321101", "330106", "420106", "441900", "511201", "533101", "990106")
_DIVISIONS = ("110119", "310120", "420100", "420106", "441900", "500119", "100000", "990106")


def _number(chance: random.Random, region: str) -> str:
    born = date(1930, 1, 1) + timedelta(chance.randrange(34_000))
    body = f"{region}{born:%Y%m%d}{chance.randrange(1000):03}"
    return body + mod_11_2.calc_check_digit(body)


def test_no_citizen_s_number_passes_for_a_company_s_code() -> None:
    chance = random.Random(SEED)
    numbers = [_number(chance, chance.choice(_REGIONS)) for _ in range(20_000)]
    assert sum(uscc.fault(number) is None for number in numbers) > 100  # the check alone lets them pass
    assert [number for number in numbers if not names_person(number)] == [], f"seed {SEED}"


def test_a_foreigner_s_number_begins_as_a_company_s_code_and_is_none() -> None:
    for country in ("124", "392", "840"):
        chance = random.Random(SEED)
        numbers = [_number(chance, f"911{country[:3]}") for _ in range(2000)]
        passing = [number for number in numbers if uscc.fault(number) is None]
        assert passing
        assert all(map(names_person, passing))


def test_companies_codes_of_digits_alone_pass() -> None:
    chance = random.Random(SEED)
    codes = []
    for _ in range(20_000):
        body = "".join(chance.choices("0123456789", k=8))
        # what no office of trade registered, in a district that looks like a century, may be taken for a person
        pair = chance.choice(("91", "92", "93", "11", "12", "51"))
        front = pair + chance.choice(_DIVISIONS if pair[0] == "9" else _DIVISIONS[2:5]) + body
        front += organisation_code.check_character(body)
        codes.append(front + uscc.check_character(front))
    wrong = [code for code in codes if names_person(code)]
    assert sum(code.isdigit() for code in codes) > 1000
    assert wrong == [], f"seed {SEED}"


def test_public_codes_that_are_all_digits_pass() -> None:
    for code in ("914403001922038216", "914201007071167872", "914201007246906844", "91100000100003962T"):
        assert uscc.fault(code) is None
        assert not names_person(code)


@pytest.mark.parametrize(
    "written",
    [
        "990106195001011031",
        "９９０１０６１９５００１０１１０３１",
        "990106 19500101 1031",
        "990106\u200b195001011031",
        "990106-19500101-1031",
        "\u202d990106195001011031\u202c",
        "身份证990106195001011031",
        "990106195001011031(本人)",
        "99010619500101103101",  # tax number of a person: two digits more
        "990106195001011032",  # mistyped
        "110105194912310O2X".replace("O", "0"),
        "11010519491231002x",
        "11010519491231002х",
        "110105491231002",
        "110105 491231 002",
    ],
)
def test_a_number_is_known_however_it_is_written(written: str) -> None:
    assert names_person(written)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91990106FC0007002W",
        "91990106FC0007002w",
        "420100000519836",  # registration number: its year would be 1900
        "110108000673293",
        "330203000030639",
        "420100198001011",  # no number's region ends with 00
        "990106195013011031",  # no such month
        "990106209901011031",  # not born yet
        "99010600X",
        "示例〔2025〕1号",
    ],
)
def test_what_is_no_number_is_none(code: str) -> None:
    assert not names_person(code)


def test_texts_are_searched_and_only_numbers_are_taken_out() -> None:
    text = "法定代表人甲（身份证号：11010519491231002X，电话02787654321），2025-03-03受理，案号(2025)鄂01执12345号"
    assert holds_number(text)
    assert without_numbers(text, "*") == text.replace("11010519491231002X", "*")
    for harmless in ("2025-03-03 10:00:00 至 2026-03-02 10:00:00", "6222021234567890123", "914201007071167872", "长期"):
        assert not holds_number(harmless)
        assert without_numbers(harmless, "*") == harmless


def test_a_code_begins_with_a_pair_of_the_standard() -> None:
    body = "99990106FC0007002"
    assert uscc.fault(body + uscc.check_character(body)) is Reason.ID_CHARSET
    assert citizen_id.fault("11010519491231002X") is None


def test_a_correction_is_proposed_where_it_is_valid_only() -> None:
    assert uscc.correction("91990107fc0090117l") == "91990107FC0090117L"
    assert uscc.correction("91990107fc0090117k") is None
