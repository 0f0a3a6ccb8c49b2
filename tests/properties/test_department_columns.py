"""Properties of what a mapping reads out of dirty cells: it reads a value exactly, or passes it on as it is."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from creditbus.connectors.mapping.amounts import number_reader
from creditbus.connectors.mapping.day_numbers import day_number_reader
from creditbus.connectors.mapping.parties import party_finder
from creditbus.connectors.mapping.units import UNITS
from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation import compile_item
from creditbus.services.domain.validation.outcome import Finding
from tests.examples import EXAMPLES
from tests.strategies import citizen_bodies, usccs

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?")
_AMOUNTS = st.decimals(min_value=0, max_value=10**11, places=2, allow_nan=False, allow_infinity=False)
_DIRTY = st.text(alphabet="0123456789.,，-+元万千亿整¥￥ 年%E约", max_size=14)
_UNITS = st.sampled_from(sorted(UNITS))


@given(_AMOUNTS, _UNITS, _UNITS, st.booleans(), st.booleans())
def test_an_amount_is_worth_the_same_in_every_unit(
    amount: Decimal,
    source: str,
    target: str,
    grouped: bool,  # noqa: FBT001 -- drawn
    named: bool,  # noqa: FBT001 -- drawn
) -> None:
    cell = (f"{amount:,f}" if grouped else f"{amount:f}") + (source if named else "")
    bare = target if named else source  # a written unit counts, whatever a bare number would be in
    found = number_reader(thousands=True, unit=(bare, target), written=True)(cell)
    assert found is not None
    assert _PLAIN.fullmatch(found)
    assert Decimal(found) * UNITS[target] == amount * UNITS[source]


@given(_DIRTY, _UNITS, _UNITS)
def test_what_is_no_amount_passes_unchanged(cell: str, source: str, target: str) -> None:
    found = number_reader(thousands=True, suffixes=["年"], unit=(source, target), written=True)(cell)
    assert found is not None
    assert found == cell or _PLAIN.fullmatch(found)


@given(st.integers(-999, 10**9), st.text(alphabet="0123456789", min_size=1, max_size=9))
def test_a_comma_that_groups_no_three_digits_is_never_read(whole: int, part: str) -> None:
    cell = f"{whole},{part}"
    groups = len(part) == 3 and whole != 0 and abs(whole) < 1000
    assert number_reader(thousands=True)(cell) == (f"{whole}{part}" if groups else cell)


@given(_DIRTY)
def test_a_dirty_amount_is_a_number_of_the_bus_or_refused_by_name(cell: str) -> None:
    item = EXAMPLES["administrative-penalty"].item
    value = number_reader(thousands=True, suffixes=["年"], unit=("元", "万元"), written=True)(cell)
    findings = compile_item(item, {}).faults({**dict.fromkeys(item.fields), "CF_NR_FK": value}, date(2025, 1, 1))
    refused = Finding(Reason.NUMBER_UNPARSABLE, "CF_NR_FK") in findings
    assert refused != bool(_PLAIN.fullmatch(value or "") or not value)


@given(st.dates(min_value=date(1980, 1, 1), max_value=date(2099, 12, 31)), st.integers(0, 86_399))
def test_every_day_and_second_is_read_back(day: date, second: int) -> None:
    moment = datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)
    number = (day - date(1899, 12, 30)).days + second / 86_400
    expected = moment.isoformat(" ") if second else day.isoformat()
    assert day_number_reader(1900)(repr(number).removesuffix(".0")) == expected


@given(st.one_of(st.integers(0, 10**9).map(str), _DIRTY))
def test_only_five_digits_that_are_no_month_are_a_day(cell: str) -> None:
    found = day_number_reader(1900)(cell)
    assert found == cell or (_ISO.fullmatch(found) and re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", cell))
    if cell.isdigit() and (1900 <= int(cell) <= 2100 or 19_000 <= int(cell) < 21_000 or len(cell) != 5):
        assert found == cell


@given(st.one_of(usccs(), citizen_bodies(), st.text(alphabet="0123456789ABCDEFGHX", max_size=18)))
def test_a_kind_is_derived_from_a_valid_code_alone(code: str) -> None:
    found = party_finder({kind: kind.name for kind in SubjectKind})(code)
    if found not in (None, SubjectKind.NATURAL_PERSON.name):
        assert uscc.fault(code) is None
        assert found == kind_of(code).name
