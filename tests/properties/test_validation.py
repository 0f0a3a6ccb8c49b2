"""Properties of the examination."""

from datetime import date

from hypothesis import assume, example, given
from hypothesis import strategies as st

from creditbus.services.domain.event import Claim
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.validation import Admitted, Refused, compile_item
from tests.examples import EXAMPLES, PUBLISHERS
from tests.strategies import usccs

TODAY = date(2019, 12, 31)
VALIDATORS = {name: compile_item(example.item, PUBLISHERS[name]) for name, example in EXAMPLES.items()}

values = st.none() | st.text(max_size=20) | st.sampled_from(["2018-02-28", "2081-01-01", "1", "罚款", "移出", "自然人"])


def _in_lower_case(drawn: tuple[str, int, str]) -> str:
    """Give a code in lower case, of which one character may be wrong besides."""
    code, place, character = drawn
    return f"{code[:place]}{character}{code[place + 1 :]}".lower()


@given(st.data())
def test_any_content_has_a_verdict_with_each_reason_once_in_order(data: st.DataObject) -> None:
    example = EXAMPLES[data.draw(st.sampled_from(sorted(EXAMPLES)))]
    content = {code: data.draw(values) for code in example.item.fields}
    claim = {name: data.draw(values | usccs()) for name in Claim.__annotations__}
    outcome = VALIDATORS[example.item.id].examine(example.header, claim, content, TODAY)
    if isinstance(outcome, Refused):
        ranks = [finding.reason.rank for finding in outcome.findings]
        assert ranks
        assert ranks == sorted(set(ranks))
    else:
        assert [bool(outcome.subject), bool(outcome.legacy_keys), outcome.person].count(True) == 1


@given(st.data())
def test_spoiling_one_field_more_never_removes_a_reason(data: st.DataObject) -> None:
    example = EXAMPLES[data.draw(st.sampled_from(["administrative-penalty", "administrative-licence"]))]
    mandatory = [code for code, field in example.item.fields.items() if field.mandatory]
    first, second = data.draw(st.tuples(st.sampled_from(mandatory), st.sampled_from(mandatory)))
    validator = VALIDATORS[example.item.id]

    def reasons(*codes: str) -> set[str]:
        spoilt = example.changed(**dict.fromkeys(codes, None))
        outcome = validator.examine(spoilt.header, spoilt.claim, spoilt.content, TODAY)
        assert isinstance(outcome, Refused)
        return {finding.reason.value for finding in outcome.findings}

    assert reasons(first) <= reasons(first, second)


@given(usccs())
def test_any_valid_code_is_admitted_as_the_subject(code: str) -> None:
    example = EXAMPLES["administrative-penalty"].claiming(uscc=code)
    outcome = VALIDATORS[example.item.id].examine(example.header, example.claim, example.content, TODAY)
    assert isinstance(outcome, Admitted)
    assert outcome.subject == code


@example("91990107fc0090117k")  # in upper case its check character is wrong
@given(st.tuples(usccs(), st.integers(0, 17), st.sampled_from(uscc.ALPHABET)).map(_in_lower_case))
def test_a_proposed_code_is_never_refused_itself(code: str) -> None:
    assume(code != code.upper())
    rows = (EXAMPLES["administrative-penalty"].claiming(uscc=code), EXAMPLES["subject-succession"].changed(HSDM=code))
    for row in rows:
        outcome = VALIDATORS[row.item.id].examine(row.header, row.claim, row.content, TODAY)
        assert isinstance(outcome, Refused)
        proposed = [finding.proposed for finding in outcome.findings if finding.proposed is not None]
        assert all(uscc.fault(each) is None for each in proposed)
        assert bool(proposed) == (uscc.fault(code.upper()) is None)
