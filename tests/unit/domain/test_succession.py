"""A row about two subjects: what is wrong with it, and the two records that become of it."""

from datetime import date

import pytest

from creditbus.services.domain.profile.succession import links, of_successor, sides, successions, successor_named
from creditbus.services.domain.validation import Admitted, Refused, compile_item
from tests.examples import CATALOGUE, EXAMPLES, PUBLISHERS, SUBJECT, Example

ROW = EXAMPLES["subject-succession"]
OTHER = "91420106MA4KBBB29G"
SUCCESSION = successions(CATALOGUE)["subject-succession"]
VALIDATOR = compile_item(ROW.item, PUBLISHERS[ROW.item.id])


def examine(row: Example) -> Admitted | Refused:
    return VALIDATOR.examine(row.header, row.claim, row.content, date(2019, 12, 31))


@pytest.mark.parametrize(
    ("code", "named", "cautions"),
    [
        (OTHER, (OTHER, ""), ()),
        ("MA4KBBB2-9", ("", "org:MA4KBBB29"), ("LEGACY_CODE",)),
        ("420106000012345", ("", "reg:420106000012345"), ("LEGACY_CODE",)),
    ],
)
def test_the_successor_is_named_by_any_code(code: str, named: tuple[str, str], cautions: tuple[str, ...]) -> None:
    found = examine(ROW.changed(HSDM=code))
    assert isinstance(found, Admitted)
    assert (found.subject, found.cautions) == (SUBJECT, cautions)
    assert successor_named(code) == named


def test_a_row_by_two_old_codes_has_one_caution() -> None:
    found = examine(ROW.claiming(uscc="420106000012345").changed(HSDM="MA4KBBB2-9"))
    assert isinstance(found, Admitted)
    assert found.cautions == ("LEGACY_CODE",)


@pytest.mark.parametrize(
    ("claim", "code", "reason"),
    [
        (SUBJECT, SUBJECT, "ID_SAME_SUBJECT"),
        ("420106000012345", "420106000012345", "ID_SAME_SUBJECT"),
        (SUBJECT, OTHER[:-1] + "0", "ID_CHECK_DIGIT"),
        (SUBJECT, OTHER.lower(), "ID_LOWER_CASE"),
        (SUBJECT, "1234", "ID_LENGTH"),
    ],
)
def test_a_wrong_successor_is_refused_by_its_column(claim: str, code: str, reason: str) -> None:
    found = examine(ROW.claiming(uscc=claim).changed(HSDM=code))
    assert isinstance(found, Refused)
    assert [(one.reason.value, one.field) for one in found.findings] == [(reason, "HSDM")]
    assert code not in repr(found)


def test_both_sides_tell_the_other_and_hold_the_same_content() -> None:
    row = ROW.changed(QSDM="72469068-4", HSDM="MA4KBBB2-9", TZSH="示合→1号")
    header = {"document_no": "示合→1号→MA4KBBB2-9", "subject_name": "某某有限公司"}
    first, second, content = sides(SUCCESSION, header, row.claim, row.content, (SUBJECT, OTHER))  # type: ignore[arg-type] # as much of them as is looked at
    assert (first.subject, first.document_no) == (SUBJECT, f"示合→1号→{OTHER}")
    assert (second.subject, second.document_no) == (OTHER, f"示合→1号←{SUBJECT}")
    assert (first.subject_name, second.subject_name) == ("某某有限公司", "另一家有限公司")
    assert (first.claim["uscc"], second.claim["uscc"]) == (SUBJECT, "MA4KBBB2-9")
    assert content == {**row.content, "QSDM": SUBJECT, "HSDM": OTHER}
    assert [of_successor(side.document_no) for side in (first, second)] == [False, True]
    assert SUBJECT not in repr(first)


def test_a_profile_lists_links_that_stand_by_date() -> None:
    def row(successor: str, since: str) -> dict[str, str | None]:
        return {**ROW.content, "HSDM": successor, "SXRQ": since}

    told = [
        ("subject-succession", f"2号→{OTHER}", "ACTIVE", row(OTHER, "2019-02-01")),
        ("subject-succession", "1号→91420103777777775R", "ACTIVE", row("91420103777777775R", "2019-01-01")),
        ("subject-succession", f"3号→{OTHER}", "WITHDRAWN", row(OTHER, "2019-03-01")),
        ("subject-succession", f"4号←{OTHER}", "ACTIVE", {**row(SUBJECT, "2019-04-01"), "QSDM": OTHER, "QSMC": "乙"}),
        ("administrative-penalty", f"5号→{OTHER}", "ACTIVE", {}),
    ]
    found = links(successions(CATALOGUE), told)
    assert [(link["subject"], link["notice"]) for link in found["successors"]] == [
        ("91420103777777775R", "1号"),
        (OTHER, "2号"),
    ]
    assert found["predecessors"] == [
        {"subject": OTHER, "name": "乙", "kind": "吸收合并", "since": "2019-04-01", "notice": "4号"}
    ]
