"""Both sides of a succession tell the same, in whatever order its rows arrive and however often."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.profile.succession import links, successions
from tests.effort import share
from tests.examples import CATALOGUE, EXAMPLES, Example
from tests.step_harness import Bus, machinery
from tests.strategies import SUBJECTS

CODES = [subject["uscc"] for subject in SUBJECTS]
REGISTRATIONS = [EXAMPLES["enterprise-registration"].claiming(uscc=code) for code in CODES]


@st.composite
def rows(draw: st.DrawFn) -> tuple[tuple[str, str, str], bool, Example]:
    """A pair under a notice, whether the row annuls it, and the row, by old codes or new ones."""
    first, second = draw(st.permutations(SUBJECTS))[:2]
    notice, annuls = f"示合〔2019〕{draw(st.integers(1, 2))}号", draw(st.booleans())
    by = [draw(st.sampled_from(["uscc", "organisation_code"])) for _ in range(2)]
    row = EXAMPLES["subject-succession"].claiming(uscc=first[by[0]])
    row = row.changed(QSDM=first[by[0]], HSDM=second[by[1]], TZSH=notice)
    annulled = {"ZT": "撤销", "CXRQ": "2019-06-03"} if annuls else {}
    return (first["uscc"], second["uscc"], notice), annuls, row.changed(**annulled)


def told(bus: Bus, code: str) -> dict[str, list[dict[str, Any]]]:
    found = []
    for key, record in bus.records(code).items():
        item, _, document_no = key.split("|")
        found.append((item, document_no, record.state.value, bus.decode(record.content)["content"]))
    return links(successions(CATALOGUE), found)


@given(st.data(), st.lists(rows(), min_size=1, max_size=8))
@settings(max_examples=share(100))
def test_a_link_stands_on_both_sides_or_on_none(data: st.DataObject, sent: list[Any]) -> None:
    again = data.draw(st.lists(st.sampled_from(sent), max_size=4))
    bus = Bus(machinery())
    for event in data.draw(st.permutations([*REGISTRATIONS, *(row for *_, row in [*sent, *again])])):
        bus.publish(event)
    bus.settle(lambda busy: (*data.draw(st.sampled_from(busy)), data.draw(st.integers(1, 4))))
    pairs = {pair for pair, *_ in sent}
    annulled = {pair for pair, annuls, _ in sent if annuls}
    stated = {pair for pair, annuls, _ in sent if not annuls}
    seen = {code: told(bus, code) for code in CODES}
    forward = {(code, link["subject"], link["notice"]) for code in CODES for link in seen[code]["successors"]}
    backward = {(link["subject"], code, link["notice"]) for code in CODES for link in seen[code]["predecessors"]}
    assert forward == backward == stated - annulled
    for first, second, notice in pairs & stated:
        states = {
            code: bus.records(code)[f"subject-succession|market-supervision|{notice}{arrow}"].state
            for code, arrow in ((first, f"→{second}"), (second, f"←{first}"))
        }
        assert len(set(states.values())) == 1
    assert bus.ledger().balanced
    assert (
        sum(bus.ledger().departments["market-supervision"].counts[one] for one in ("rejected", "stale", "parked")) == 0
    )
