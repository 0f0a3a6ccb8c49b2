"""Tells citizens' numbers from the codes of companies, in columns that hold the second and in any other text.

Both have eighteen characters, and one of 31 citizens' numbers passes the check of the unified code; fifteen digits are
a citizen's old number or a registration number. What decides are facts that only one of the two can have, and in doubt
a number is a person's: nothing of a person may leave its department (docs/adr/0026-persons-withheld.md).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from creditbus.services.domain.identifiers import citizen_id, organisation_code, registration_no, uscc
from creditbus.services.domain.normalise import parse_date

__all__ = ["claim_names_person", "holds_number", "may_hold_number", "names_person", "without_numbers"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROVINCES = _words(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
"""GB/T 2260, first two digits; 83 begins the numbers of residents from Taiwan."""
_FICTIONAL = "99"
"""Begins the divisions that tests and examples use."""
_CENTRAL = "10"
"""Stands for the state itself in the codes of bodies that it registers."""
_WITHOUT_COUNTIES = frozenset({"441900", "442000", "460300", "460400", "620200"})
"""Prefectures that have no counties: alone there a number's region ends with 00."""
_LATE_DISTRICTS = frozenset({"110119", "120119", "310119", "310120", "500119", "500120"})
"""Divisions with companies of which the last two digits look like the century of a birth."""
_THEIR_REGIONS = _words("1311 2111 3211 3311 3411 4111 5111 6211 2112 3212 3412 4112 5112 6212 5131 5331")
"""Prefectures whose citizens' numbers hold one of `_LATE_DISTRICTS` in the place of a code's division."""
_BORN = (1900, 2049)
_BORN_OF_FIFTEEN = (1910, 1999)
"""Fifteen digits were given from 1984 to 1999. Registration numbers of domestic companies have a 0 there."""
_FOREIGNERS = _words(
    "004 008 012 016 020 024 028 031 032 036 040 044 048 050 051 052 056 060 064 068 070 072 076 084 090 096 100 104"
    " 108 112 116 120 124 132 140 144 148 152 156 158 170 174 178 180 188 191 192 196 203 204 208 212 214 218 222 226"
    " 231 232 233 242 246 250 262 266 268 270 275 276 288 296 300 308 320 324 328 332 336 340 344 348 352 356 360 364"
    " 368 372 376 380 384 388 392 398 400 404 408 410 414 417 418 422 426 428 430 434 438 440 442 446 450 454 458 462"
    " 466 470 478 480 484 492 496 498 499 504 508 512 516 520 524 528 548 554 558 562 566 570 578 583 584 585 586 591"
    " 598 600 604 608 616 620 624 626 634 642 643 646 659 662 670 674 678 682 686 688 690 694 702 703 704 705 706 710"
    " 716 724 728 729 740 748 752 756 760 762 764 768 772 776 780 784 788 792 795 798 800 804 807 818 826 834 840 854"
    " 858 860 862 882 887 894"
)
"""Countries in the number of a foreigner's permanent residence (9, province, country, birth): ISO 3166-1 numeric."""

_DIVISION = 6
_SHORTEST_NAME = 5
_COMPANIES = re.compile(
    "公司|企业|集团|工厂|厂$|商店|商行|经营部|服务部|营业部|超市|酒店|餐厅|中心|合作社|事务所|银行|[分支]行|学校|医院|协会|委员会"
)
"""What the name of a company says, and that of no person."""

_MARKS = r"[\W_]{0,3}"
_ALIKE = str.maketrans({"Х": "X", "х": "X", "Χ": "X", "χ": "X", "×": "X", "✕": "X", "✖": "X", "╳": "X"})
"""Letters and signs that look like the last character of a number."""
_CANDIDATE = re.compile(rf"(?<!\d)\d(?:{_MARKS}\d){{14,}}(?:{_MARKS}[XxＸｘⅩⅹ{''.join(map(chr, _ALIKE))}])?")
"""Fifteen digits or more, of any script, whatever blanks and signs stand between them."""
_BETWEEN = re.compile(r"[\W_]+")


def _is_number(text: str) -> bool:
    """Tell whether a compact text is a citizen's number: form, birth date and check; of fifteen digits the first two.

    Whatever else it may be: see `names_person`.
    """
    if len(text) == citizen_id.LENGTH:
        return _is_dated(text) and citizen_id.fault(text) is None
    return len(text) == citizen_id.LEGACY_LENGTH and _is_of_fifteen(text)


def names_person(code: str) -> bool:
    """Tell whether a code names a natural person and not a company, whatever is typed into and around it.

    A number with a wrong check character is one, too, where it is not a valid unified code: a mistyped number names its
    person all the same, and as a code it would be refused anyway.
    """
    if not may_hold_number(code):
        return False
    text = _compact(code)
    for number in _windows(text):
        if len(number) == citizen_id.LEGACY_LENGTH:
            if _is_of_fifteen(number):
                return True
        elif _is_dated(number) and not _is_code(number):
            return True
    return holds_number(code)


def claim_names_person(claim: Mapping[str, Any], name: str) -> bool:
    """Tell whether one of the codes by which a row names its subject is a citizen's number.

    Fifteen digits in the column of registration or of tax numbers are one of these where their own check is sound and
    the row shows a company otherwise: by its unified code, or by its name.

    Args:
        claim: the codes by field of the claim; those of a person's document are not looked at.
        name: the subject's name.
    """
    for field, code in claim.items():
        if not code or field.startswith("person_id") or not names_person(code):
            continue
        sound = _OWN_CHECKS.get(field)
        if sound is None or not sound(code) or not _shows_company(claim, name):
            return True
    return False


def _shows_company(claim: Mapping[str, Any], name: str) -> bool:
    code = claim.get("uscc")
    if code and uscc.fault(code) is None and not names_person(code):
        return True
    return len(name) >= _SHORTEST_NAME and _COMPANIES.search(name) is not None


def _is_tax_number(code: str) -> bool:
    return len(code) == citizen_id.LEGACY_LENGTH and organisation_code.is_valid(code[_DIVISION:])


_OWN_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "registration_no": registration_no.is_valid,
    "tax_no": _is_tax_number,
}


def may_hold_number(text: str) -> bool:
    """Say whether a text holds enough digits for a citizen's number to be among them: the quick question."""
    return _CANDIDATE.search(text) is not None


def holds_number(text: str) -> bool:
    """Tell whether a text holds a citizen's number anywhere."""
    return any(_is_persons(match) for match in _CANDIDATE.finditer(text))


def without_numbers(text: str, blank: str) -> str:
    """Put a blank in the place of each citizen's number in a text."""
    return _CANDIDATE.sub(lambda match: blank if _is_persons(match) else match[0], text)


def _is_persons(match: re.Match[str]) -> bool:
    text = _compact(match[0])
    runs = (text, *map(_compact, _BETWEEN.split(match[0])))
    if any(map(_is_of_fifteen, runs)):
        return True
    numbers = (text[start : start + citizen_id.LENGTH] for start in range(len(text) - citizen_id.LENGTH + 1))
    return any(_is_number(number) and not _is_code(number) for number in numbers)


def _windows(text: str) -> list[str]:
    """Give what of a code may be a number: itself, or its beginning, for a person's tax number has two digits more."""
    if len(text) > citizen_id.LENGTH and text[: citizen_id.LENGTH - 1].isdigit():
        return [text[: citizen_id.LENGTH]]
    return [text]


def _compact(text: str) -> str:
    """Bring a code to plain digits and capital letters, without anything between them."""
    if not (text.isascii() and text.isalnum()):
        text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
        text = "".join(str(unicodedata.digit(one, one)) for one in text if one.isalnum())
    return text.upper()


def _is_dated(text: str) -> bool:
    """Tell whether eighteen characters have the form of a number and the birth date of somebody who may live."""
    if len(text) != citizen_id.LENGTH or not text[:-1].isdigit() or text[-1] not in "0123456789X":
        return False
    return _BORN[0] <= int(text[6:10]) <= _BORN[1] and _is_day(text[6:14])


def _is_of_fifteen(text: str) -> bool:
    if len(text) != citizen_id.LEGACY_LENGTH or not text.isdigit():
        return False
    region, birth = text[:6], f"19{text[6:12]}"
    if region[:2] not in _PROVINCES and region[:2] != _FICTIONAL:
        return False
    if region[4:] == "00" and region not in _WITHOUT_COUNTIES:
        return False
    return _BORN_OF_FIFTEEN[0] <= int(birth[:4]) <= _BORN_OF_FIFTEEN[1] and _is_day(birth)


def _is_day(digits: str) -> bool:
    return parse_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}") is not None


def _is_code(text: str) -> bool:
    return uscc.fault(text) is None and _is_companys(text)


def _is_companys(code: str) -> bool:
    """Decide on a valid unified code that is a citizen's number in form."""
    division = code[2:8]
    if code[:2] in _PROVINCES:
        return division in _LATE_DISTRICTS and code[:4] not in _THEIR_REGIONS
    if code[1:3] in _PROVINCES and code[3:6] in _FOREIGNERS:
        return False
    return division[:2] in _PROVINCES or division[:2] in (_CENTRAL, _FICTIONAL)
