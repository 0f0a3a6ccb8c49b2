"""What an examination admits and what it refuses, item by item."""

from dataclasses import replace
from datetime import date

import pytest

from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.reasons import Caution, Reason
from creditbus.services.domain.validation import Admitted, Finding, Refused, compile_item
from tests.examples import EXAMPLES, ORGAN, PUBLISHERS, SUBJECT, Example

TODAY = date(2019, 12, 31)
VALIDATORS = {name: compile_item(example.item, PUBLISHERS[name]) for name, example in EXAMPLES.items()}
LICENCE, PENALTY = EXAMPLES["administrative-licence"], EXAMPLES["administrative-penalty"]
GRADE, ENTRY = EXAMPLES["tax-credit-grade"], EXAMPLES["red-black-list"]
DEFAULTER, REGISTRATION = EXAMPLES["judgment-defaulter"], EXAMPLES["enterprise-registration"]
IDENTIFIERS = EXAMPLES["subject-identifiers"]


def examine(example: Example) -> Admitted | Refused:
    return VALIDATORS[example.item.id].examine(example.header, example.claim, example.content, TODAY)


def admitted(example: Example) -> Admitted:
    outcome = examine(example)
    assert isinstance(outcome, Admitted), outcome
    return outcome


def findings(example: Example) -> list[tuple[str, str]]:
    outcome = examine(example)
    assert isinstance(outcome, Refused), outcome
    return [(finding.reason.value, finding.field) for finding in outcome.findings]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_valid_event_is_admitted_under_its_code(name: str) -> None:
    example = EXAMPLES[name]
    verb = example.item.derive(example.content, example.claim, "any").verb.value
    outcome = admitted(example.headed(verb=verb))
    person = bool(example.claim["person_id"])  # of whom the token is made later
    assert outcome.subject == ("" if person else example.claim["uscc"] or example.claim["tax_no"])
    assert outcome.subject_kind is (SubjectKind.NATURAL_PERSON if person else kind_of(outcome.subject))
    assert (outcome.legacy_keys, outcome.cautions, outcome.person) == ((), (), person)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_mandatory_field_is_missed_by_name(name: str) -> None:
    example = EXAMPLES[name]
    for code, field in example.item.fields.items():
        missing = ("MANDATORY_EMPTY", code)
        if field.mandatory:
            assert missing in findings(example.changed(**{code: None}))
            assert missing in findings(example.changed(**{code: ""}))


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_limit_of_length_holds_to_the_character(name: str) -> None:
    example = EXAMPLES[name]
    for code, field in example.item.fields.items():
        if field.max_length and field.format == "text" and not field.values:
            over = ("FORMAT_OVER_LENGTH", code)
            longest = examine(example.changed(**{code: "甲" * field.max_length}))
            assert isinstance(longest, Admitted) or over[0] not in [found.reason for found in longest.findings]
            assert over in findings(example.changed(**{code: "甲" * (field.max_length + 1)}))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2018-05-01 00:00:00", "DATE_WITH_TIME"),
        ("2018-5-1T8:00", "DATE_WITH_TIME"),
        ("2018/05/01 00:00:00.0", "DATE_WITH_TIME"),
        ("2018年5月1日 08:00", "DATE_WITH_TIME"),
        ("2018-05-01T00:00:00+08:00", "DATE_WITH_TIME"),
        ("20180501000000", "DATE_WITH_TIME"),
        ("1525104000000", "DATE_WITH_TIME"),
        ("1525104000", "DATE_UNPARSABLE"),
        ("20180501", "DATE_UNPARSABLE"),
        ("43221", "DATE_UNPARSABLE"),
        ("2018-02-30", "DATE_UNPARSABLE"),
    ],
)
def test_a_date_with_a_time_has_a_reason_that_names_the_fix(value: str, reason: str) -> None:
    assert findings(PENALTY.changed(CF_JDRQ=value)) == [(reason, "CF_JDRQ")]
    assert "form: datetime" in Reason.DATE_WITH_TIME.sentence


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_date_is_read_and_each_decision_lies_not_in_the_future(name: str) -> None:
    example = EXAMPLES[name]
    for code, field in example.item.fields.items():
        if field.format in {"date", "date-open"}:
            assert ("DATE_UNPARSABLE", code) in findings(example.changed(**{code: "2018年5月1日"}))
            assert ("DATE_WITH_TIME", code) in findings(example.changed(**{code: "2018-05-01 00:00:00"}))
    for code in example.item.rules.not_future:
        assert ("DATE_FUTURE", code) in findings(example.changed(**{code: "2020-01-01"}))
        outcome = examine(example.changed(**{code: "2019-12-31"}))
        assert isinstance(outcome, Admitted) or Reason.DATE_FUTURE not in {found.reason for found in outcome.findings}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_list_of_values_is_closed(name: str) -> None:
    example = EXAMPLES[name]
    for code, field in example.item.fields.items():
        if field.values:
            assert ("ENUM_UNKNOWN", code) in findings(example.changed(**{code: "别的"}))


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (PENALTY.changed(CF_NR_FK="2000元"), [("NUMBER_UNPARSABLE", "CF_NR_FK")]),
        (PENALTY.changed(CF_NR_FK="1e3"), [("NUMBER_UNPARSABLE", "CF_NR_FK")]),
        (PENALTY.changed(CF_NR_FK=None), [("COND_FINE_AMOUNT_MISSING", "CF_NR_FK")]),
        (PENALTY.changed(CF_CFLB="没收非法财物"), [("COND_CONFISCATION_AMOUNT_MISSING", "CF_NR_WFFF")]),
        (PENALTY.changed(CF_CFLB="暂扣或者吊销执照"), [("COND_CERTIFICATE_MISSING", "CF_NR_ZKDX")]),
        (PENALTY.changed(CF_GSJZQ="2018-02-27"), [("PERIOD_INVERTED", "CF_GSJZQ")]),
        (PENALTY.changed(CF_CFJGDM="11420000MB15291768"), [("ID_CHECK_DIGIT", "CF_CFJGDM")]),
        (LICENCE.changed(XK_FRDB=None), [("COND_LEGAL_REP_MISSING", "XK_FRDB")]),
        (LICENCE.changed(XK_YXQZI="2018-02-28"), [("PERIOD_INVERTED", "XK_YXQZI")]),
        (GRADE.changed(PJND="2017"), [("COND_GRADE_M_BEFORE_2018", "XYDJ")]),
        (GRADE.changed(PJND="去年"), [("DATE_UNPARSABLE", "PJND")]),
        (GRADE.claiming(), [("MANDATORY_EMPTY", "NSRSBH")]),
        (ENTRY.changed(MDMC="不文明养犬黑名单"), [("CAT_NOT_IN_CATALOGUE", "MDMC")]),
        (
            ENTRY.changed(SJLX="移出"),
            [("COND_EXIT_REASON_MISSING", "YCYY"), ("COND_EXIT_DATE_MISSING", "YCRQ")],
        ),
        (ENTRY.changed(SJLX="移出", YCYY="到期", YCRQ="2018-02-27"), [("PERIOD_INVERTED", "YCRQ")]),
        (DEFAULTER.changed(LASJ=None), [("MANDATORY_EMPTY", "LASJ")]),
        (DEFAULTER.changed(SJLX="删除", SCYY="全部履行"), [("MANDATORY_EMPTY", "SCSJ")]),
        (PENALTY.claiming(), [("COND_SUBJECT_CODE_MISSING", "CF_XDR_SHXYM")]),
        (PENALTY.claiming(uscc="91420100724690684"), [("ID_LENGTH", "CF_XDR_SHXYM")]),
        (PENALTY.claiming(uscc="33020300003063"), [("ID_LENGTH", "CF_XDR_SHXYM")]),
        (PENALTY.claiming(uscc="914201007246906845"), [("ID_CHECK_DIGIT", "CF_XDR_SHXYM")]),
        (PENALTY.claiming(registration_no="33020300003063"), [("ID_LENGTH", "CF_XDR_GSZC")]),
        (PENALTY.claiming(uscc=SUBJECT, organisation_code="D2143569-X"), [("ID_CONFLICT", "CF_XDR_ZZJG")]),
        (PENALTY.headed(origin={"department": "tax-bureau"}), [("CAT_NOT_ENTITLED", "origin.department")]),
        (PENALTY.headed(verb="END"), [("CAT_VERB_NOT_ADMITTED", "verb")]),
        (REGISTRATION.claiming(registration_no="330203000030639"), [("MANDATORY_EMPTY", "UNISCID")]),
    ],
)
def test_a_fault_is_named_with_its_field(example: Example, expected: list[tuple[str, str]]) -> None:
    assert findings(example) == expected


def test_all_reasons_are_named_once_each_in_primary_order() -> None:
    example = PENALTY.changed(
        CF_WSH=None, CF_CFJG=None, CF_CFLB="罚金", CF_NR_FK="约2", CF_JDRQ="43234", CF_GSJZQ="2017-01-01"
    ).claiming(uscc="91420100724690684x")
    assert findings(example) == [
        ("MANDATORY_EMPTY", "CF_WSH"),
        ("ID_LOWER_CASE", "CF_XDR_SHXYM"),
        ("ENUM_UNKNOWN", "CF_CFLB"),
        ("NUMBER_UNPARSABLE", "CF_NR_FK"),
        ("DATE_UNPARSABLE", "CF_JDRQ"),
    ]


def test_lower_case_comes_with_a_proposal_that_no_representation_shows() -> None:
    outcome = examine(PENALTY.claiming(uscc="91420100177682019r"))
    assert isinstance(outcome, Refused)
    assert outcome.findings == (Finding(Reason.ID_LOWER_CASE, "CF_XDR_SHXYM", "91420100177682019R"),)
    assert "91420100177682019R" not in repr(outcome)


def test_a_period_may_be_one_day() -> None:
    assert isinstance(examine(PENALTY.changed(CF_GSJZQ="2018-02-28")), Admitted)


def test_a_period_is_not_tested_beside_a_date_that_is_wrong_anyway() -> None:
    assert findings(PENALTY.changed(CF_JDRQ="2081-01-01")) == [("DATE_FUTURE", "CF_JDRQ")]
    assert findings(PENALTY.changed(CF_GSJZQ="2017-01-01", CF_YXQ="?")) == [("DATE_UNPARSABLE", "CF_YXQ")]
    assert findings(PENALTY.changed(CF_GSJZQ="2017-01-01", CF_YXQ="2018-01-01T00:00:00")) == [
        ("DATE_WITH_TIME", "CF_YXQ")
    ]
    assert findings(PENALTY.changed(CF_JDRQ="2081-01-01 00:00:00")) == [("DATE_WITH_TIME", "CF_JDRQ")]
    assert findings(PENALTY.changed(CF_JDRQ="2081-13-01")) == [("DATE_UNPARSABLE", "CF_JDRQ")]
    both = PENALTY.changed(CF_JDRQ="2081-01-01", CF_YXQ="?")
    assert findings(both) == [("DATE_UNPARSABLE", "CF_YXQ"), ("DATE_FUTURE", "CF_JDRQ")]


@pytest.mark.parametrize(
    ("codes", "keys"),
    [
        ({"uscc": "330203000030639"}, ("reg:330203000030639",)),
        ({"uscc": "D2143569-X"}, ("org:D2143569X",)),
        ({"registration_no": "330203000030639"}, ("reg:330203000030639",)),
        (
            {"organisation_code": "D2143569X", "registration_no": "330203000030639"},
            ("reg:330203000030639", "org:D2143569X"),
        ),
        ({"tax_no": "420106724690684"}, ("org:724690684",)),
        (
            {"uscc": "D2143569-X", "registration_no": "330203000030639", "organisation_code": "D2143569X"},
            ("org:D2143569X", "reg:330203000030639"),
        ),
        ({"institution_no": "142010000001", "registration_no": "?"}, ("inst:142010000001",)),
        ({"social_organisation_no": "1"}, ("soc:1",)),
    ],
)
def test_legacy_codes_become_keys_with_a_caution(codes: dict[str, str | None], keys: tuple[str, ...]) -> None:
    outcome = admitted(PENALTY.claiming(**codes))
    assert (outcome.subject, outcome.legacy_keys) == ("", keys)
    assert outcome.cautions == (Caution.LEGACY_CODE,)
    assert outcome.subject_kind is SubjectKind.UNSTATED


def test_a_tax_number_of_fifteen_digits_is_no_registration_number() -> None:
    assert admitted(GRADE.claiming(tax_no="330203000030639")).legacy_keys == ("org:000030639",)


def test_cautions_are_given_on_refused_events_too() -> None:
    outcome = examine(PENALTY.claiming(registration_no="330203000030639").changed(CF_WSH=None, CF_NR_FK="1000.01"))
    assert isinstance(outcome, Refused)
    assert outcome.cautions == (Caution.LEGACY_CODE, Caution.AMOUNT_MAGNITUDE)


def test_an_amount_is_doubtful_only_above_the_limit() -> None:
    assert admitted(PENALTY.changed(CF_NR_FK="1000")).cautions == ()
    assert admitted(PENALTY.changed(CF_NR_FK="1000.01")).cautions == (Caution.AMOUNT_MAGNITUDE,)


def test_a_failing_organisation_code_inside_a_valid_code_is_a_caution_of_the_register_only() -> None:
    body = "91420100724690685"
    doubtful = body + uscc.check_character(body)
    assert admitted(REGISTRATION.claiming(uscc=doubtful)).cautions == (Caution.ID_ORGCODE_WARN,)
    assert admitted(PENALTY.claiming(uscc=doubtful)).cautions == ()


def test_identifying_items_tell_the_codes_of_their_subject() -> None:
    assert admitted(PENALTY).crosswalk == ()
    registration = REGISTRATION.claiming(uscc=SUBJECT, registration_no="330203000030639")
    pairs = (("org:724690684", SUBJECT), ("reg:330203000030639", SUBJECT))
    assert admitted(registration).crosswalk == pairs
    assert admitted(IDENTIFIERS).crosswalk == pairs


def test_another_subjects_organisation_code_is_not_told() -> None:
    assert findings(IDENTIFIERS.changed(ORGCODE="D2143569-X")) == [("ID_CONFLICT", "ORGCODE")]


@pytest.mark.parametrize(
    "person",
    [
        PENALTY.headed(subject_kind="NATURAL_PERSON"),
        PENALTY.changed(CF_XDR_LB="自然人"),
        PENALTY.changed(CF_XDR_LB=None).claiming(person_id="11010519491231002X"),
        PENALTY.headed(subject_kind="NATURAL_PERSON", origin={"department": "?"})._replace(claim={}, content={}),
    ],
)
def test_a_natural_persons_row_is_refused_for_that_alone(person: Example) -> None:
    assert findings(person.changed(CF_WSH=None)) == [("CAT_NATURAL_PERSON", "CF_XDR_LB")]


def test_content_may_be_missing() -> None:
    outcome = VALIDATORS[PENALTY.item.id].examine(PENALTY.header, PENALTY.claim, None, TODAY)
    assert isinstance(outcome, Refused)
    assert [finding.reason for finding in outcome.findings] == [Reason.MANDATORY_EMPTY]


def test_a_kind_that_the_item_does_not_admit_is_refused() -> None:
    assert isinstance(examine(PENALTY.claiming(uscc=ORGAN)), Admitted)
    validator = compile_item(_only(PENALTY, SubjectKind.ENTERPRISE).item, PUBLISHERS[PENALTY.item.id])
    outcome = validator.examine(PENALTY.header, PENALTY.claiming(uscc=ORGAN).claim, PENALTY.content, TODAY)
    assert isinstance(outcome, Refused)
    assert [finding.reason for finding in outcome.findings] == [Reason.CAT_SUBJECT_KIND_NOT_ADMITTED]


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({"person_id": "11010519491231002X"}, None),
        ({"person_id": "110105491231002", "person_id_kind": "身份证"}, None),
        ({"person_id": "E12345678", "person_id_kind": "护照号"}, None),
        ({"person_id": "110105194912310021"}, Reason.ID_CHECK_DIGIT),
        ({}, Reason.COND_SUBJECT_CODE_MISSING),
    ],
)
def test_a_natural_person_under_an_item_that_admits_them(claim: dict[str, str | None], reason: Reason | None) -> None:
    person = _only(PENALTY, SubjectKind.NATURAL_PERSON).changed(CF_XDR_LB="自然人").claiming(**claim)
    outcome = compile_item(person.item, PUBLISHERS[person.item.id]).examine(
        person.header, person.claim, person.content, TODAY
    )
    if reason is None:
        assert outcome == Admitted("", (), SubjectKind.NATURAL_PERSON, person=True)
    else:
        assert isinstance(outcome, Refused)
        assert [finding.reason for finding in outcome.findings] == [reason]


def _only(example: Example, kind: SubjectKind) -> Example:
    return example._replace(item=replace(example.item, subject_kinds=frozenset({kind})))


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("警告；处以罚款人民币5万元", False),
        ("处以罚款人民币1000.5万元", True),
        ("处以罚款人民币２０００万元", True),
        ("没收违法所得人民币9999万元；处以罚款人民币5万元", False),
        ("处以罚款人民币5万元；又罚款2000万元", True),
        ("处以罚款人民币50000元", False),
    ],
)
def test_an_amount_inside_a_text_is_found_by_its_pattern(text: str, *, doubtful: bool) -> None:
    example = EXAMPLES["administrative-penalty-2016"].changed(CF_JG=text)
    outcome = examine(example)
    assert (Caution.AMOUNT_MAGNITUDE in outcome.cautions) is doubtful
