"""Unified social credit code (统一社会信用代码), GB 32100-2015.

Eighteen characters: registration authority (1), kind of institution (1), division (6 digits), organisation code (9),
check character. python-stdnum's `cn.uscc` does not help here: it refuses the codes of authorities A, N and Y and turns
lower case into upper case before it looks.
"""

from functools import lru_cache

from creditbus.services.domain.reasons import Reason

__all__ = [
    "ALPHABET",
    "LENGTH",
    "PAIRS",
    "authority_fault",
    "check_character",
    "correction",
    "fault",
    "organisation_code",
]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of the code; I, O, S, V and Z are left out. Their places are their values."""

LENGTH = 18

PAIRS = frozenset(
    authority + kind
    for authority, kinds in {
        "1": "1239",  # 机构编制
        "2": "19",  # 外交
        "3": "123459",  # 司法行政
        "4": "19",  # 文化
        "5": "1239",  # 民政
        "6": "129",  # 旅游
        "7": "129",  # 宗教
        "8": "19",  # 工会
        "9": "123",  # 市场监管
        "A": "1239",  # 村集体经济组织等
        "N": "1239",  # 农业
        "Y": "1",  # 其他
    }.items()
    for kind in kinds
)
"""Registration authority and kind of institution, as GB 32100-2015 table 1 pairs them: how every code begins."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def fault(code: str) -> Reason | None:
    """Give the first thing wrong with a code, None when it is valid.

    In this order: ``ID_LENGTH``, ``ID_LOWER_CASE``, ``ID_CHARSET`` (also a letter within the division,
    and a beginning that is none of `PAIRS`), ``ID_CHECK_DIGIT``.
    """
    if len(code) != LENGTH:
        return Reason.ID_LENGTH
    a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, check = code  # type: ignore[str-unpack] # noqa: E741 # one letter a place
    v = _VALUES
    try:
        # Unrolled: 3^place mod 31. This runs for every event.
        rest = (
            v[a]
            + 3 * v[b]
            + 9 * v[c]
            + 27 * v[d]
            + 19 * v[e]
            + 26 * v[f]
            + 16 * v[g]
            + 17 * v[h]
            + 20 * v[i]
            + 29 * v[j]
            + 25 * v[k]
            + 13 * v[l]
            + 8 * v[m]
            + 24 * v[n]
            + 10 * v[o]
            + 30 * v[p]
            + 28 * v[q]
            + v[check]
        ) % 31
    except KeyError:
        return Reason.ID_LOWER_CASE if _has_lower_case(code) else Reason.ID_CHARSET
    if not code[2:8].isdigit() or code[:2] not in PAIRS:
        return Reason.ID_CHARSET
    return Reason.ID_CHECK_DIGIT if rest else None


def correction(code: str) -> str | None:
    """Propose the upper-case form of a code whose only fault is lower case; None where that is not valid either."""
    upper = code.upper()
    return upper if upper != code and fault(upper) is None else None


def check_character(body: str) -> str:
    """Compute the last character from the seventeen before it."""
    total = sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def organisation_code(code: str) -> str:
    """Cut the organisation code (positions 9 to 17) out of a valid code."""
    return code[8:17]


@lru_cache(maxsize=1 << 13)
def authority_fault(code: str) -> Reason | None:
    """As `fault`, remembered: a city has few deciding authorities, and every record names one or two."""
    return fault(code)


def _has_lower_case(code: str) -> bool:
    return any("a" <= character <= "z" for character in code)
