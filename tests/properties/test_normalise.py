"""Properties of the lexical forms."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.normalise import half_width, lexical_date, parse_date, same_name, trim
from tests.strategies import dates, padding


@given(dates, st.sampled_from("-/."), st.booleans(), padding)
def test_every_spelling_of_a_day_is_one_date(day: date, separator: str, padded: bool, blanks: str) -> None:  # noqa: FBT001 # drawn
    parts = (str(day.year), f"{day.month:02}", f"{day.day:02}") if padded else map(str, (day.year, day.month, day.day))
    assert lexical_date(blanks + separator.join(parts) + blanks) == day.isoformat()
    assert parse_date(day.isoformat()) == day


@given(st.text(max_size=30))
def test_normal_forms_are_stable(text: str) -> None:
    assert trim(trim(text)) == trim(text)
    assert half_width(half_width(text)) == half_width(text)
    assert lexical_date(lexical_date(text)) == lexical_date(text)


@given(st.text(max_size=30))
def test_what_is_no_date_passes_unchanged(text: str) -> None:
    form = lexical_date(text)
    assert form == trim(text) or parse_date(form) is not None


@given(st.text(max_size=20), padding)
def test_a_name_equals_itself_however_it_is_padded(name: str, blanks: str) -> None:
    assert same_name(blanks + name + blanks, half_width(name))
