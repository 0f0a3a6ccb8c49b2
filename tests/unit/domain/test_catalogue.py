"""Catalogue entries: what is read out of them, and how a wrong one is refused."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditbus import avro_schemas
from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Disclosure, Field, Item
from creditbus.services.domain.event import RecordState, SubjectKind, Verb
from creditbus.topics.declarations import declarations

SHIPPED = Catalogue.parse(raw_catalogue())
FOLDER = Path(avro_schemas.__file__).parent


def shipped(item_id: str) -> Item:
    item = SHIPPED.item(item_id)
    assert item is not None
    return item


def test_every_folder_with_an_entry_is_an_item() -> None:
    assert [item.id for item in SHIPPED] == sorted(entry.parent.name for entry in FOLDER.glob("*/item.yaml"))
    assert SHIPPED.item("nothing") is None


def test_every_item_has_a_legal_basis() -> None:
    assert all(item.legal_basis for item in SHIPPED)


def test_one_shipped_item_is_about_natural_persons_and_shows_nothing_without_an_authorisation() -> None:
    (item,) = (item for item in SHIPPED if item.subject_kinds == {SubjectKind.NATURAL_PERSON})
    assert item.id == "practitioner-record"
    open_to_all = {code for code, field in item.fields.items() if field.disclosure is not Disclosure.AUTHORISED}
    assert open_to_all == {"JLBH", "FZJG", "FZJGDM"}, "number and authority of the record, which every feed shows"
    assert item.name_field == ""


def test_no_shipped_grant_of_an_item_about_natural_persons_goes_without_consent() -> None:
    about_persons = {item.id for item in SHIPPED if item.admits_persons}
    assert about_persons
    holders = [one for one in declarations().subscribers.values() if about_persons & set(one.items)]
    assert [one.id for one in holders if not one.consent] == []


def test_only_the_register_tells_name_and_district() -> None:
    assert {item.id for item in SHIPPED if item.registers} == {"enterprise-registration"}
    assert {item.id for item in SHIPPED if item.identifies} == {"enterprise-registration", "subject-identifiers"}


def test_a_column_of_the_standard_is_either_content_or_claim() -> None:
    for item in SHIPPED:
        # but for the predecessor's, which the content must tell in the successor's record
        both = {item.succession.predecessor} if item.succession else set()
        assert set(item.claims.values()) & set(item.fields) == both


def test_the_dual_publicity_items_hold_all_columns_of_the_standard() -> None:
    licence, penalty = shipped("administrative-licence"), shipped("administrative-penalty")
    assert len(licence.fields) + len(licence.claims) == 28
    assert len(penalty.fields) + len(penalty.claims) == 30
    assert penalty.fields["CF_FR_ZJHM"].disclosure is Disclosure.AUTHORISED
    assert penalty.fields["CF_FR_ZJHM"].mask == (6, 4)


def test_a_licence_not_in_force_is_issued_in_withdrawn_state() -> None:
    content = {"XK_ZT": "2", "XK_WSH": "1号", "XK_XKJG": "某局", "XK_XKJGDM": "11420000MB15291767"}
    derived = shipped("administrative-licence").derive(content, {}, "administrative-approval")
    assert (derived.verb, derived.state) == (Verb.ISSUE, RecordState.WITHDRAWN)
    assert (derived.authority, derived.authority_name) == ("11420000MB15291767", "某局")
    assert derived.document_no == derived.act["decision_no"] == "1号"


@pytest.mark.parametrize(
    ("kind", "reason", "verb", "state", "decided_on"),
    [
        ("列入", None, Verb.ISSUE, RecordState.ACTIVE, "2018-01-01"),
        ("移出", "到期", Verb.END, RecordState.EXITED, "2019-01-01"),
        ("移出", "撤销", Verb.WITHDRAW, RecordState.WITHDRAWN, "2019-01-01"),
        ("移出", None, Verb.END, RecordState.EXITED, "2019-01-01"),
    ],
)
def test_a_list_row_states_its_verb(
    kind: str, reason: str | None, verb: Verb, state: RecordState, decided_on: str
) -> None:
    content = {"SJLX": kind, "YCYY": reason, "LRRQ": "2018-01-01", "YCRQ": "2019-01-01", "JDWH": "1号"}
    derived = shipped("red-black-list").derive(content, {}, "credit-office")
    assert (derived.verb, derived.state) == (verb, state)
    assert derived.act["decided_on"] == decided_on
    assert derived.document_no == "1号"


@pytest.mark.parametrize(("removed", "state"), [(None, RecordState.ACTIVE), ("2019-01-01", RecordState.EXITED)])
def test_a_filled_date_of_removal_states_an_exit(removed: str | None, state: RecordState) -> None:
    derived = shipped("abnormal-operation").derive({"ABNTIME": "2018-01-01", "REMDATE": removed}, {}, "any")
    assert (derived.verb, derived.state) == (Verb.ISSUE, state)
    assert derived.act["decided_on"] == (removed or "2018-01-01")


def test_a_rule_that_nobody_read_is_marked() -> None:
    sources = {period.source: period.verified for item in SHIPPED for period in item.publication.periods}
    assert sources["信用修复管理办法"]
    assert not sources["政府采购法实施条例"]


def test_a_tax_grade_is_known_by_its_year_and_its_authority_by_name() -> None:
    derived = shipped("tax-credit-grade").derive({"PJND": "2018", "PJDW": "某税务局"}, {}, "tax-bureau")
    assert (derived.authority, derived.document_no) == ("某税务局", "2018年度")


def test_a_half_empty_key_is_empty() -> None:
    assert shipped("tax-credit-grade").derive({"PJND": None}, {}, "tax-bureau").document_no == ""


def test_a_registration_is_known_by_department_and_code() -> None:
    derived = shipped("enterprise-registration").derive({}, {"uscc": "914201007246906844"}, "market-supervision")
    assert (derived.authority, derived.document_no) == ("market-supervision", "914201007246906844")


def test_the_name_of_a_natural_person_is_not_derived() -> None:
    item = shipped("administrative-penalty")
    derived = item.derive({"CF_XDR_LB": "自然人", "CF_XDR_MC": "某人"}, {}, "administrative-enforcement")
    assert derived.subject_kind is SubjectKind.NATURAL_PERSON
    assert derived.subject_name == ""
    assert "某人" not in repr(derived)
    assert item.stated_kind({}, {"person_id": "1"}) is SubjectKind.NATURAL_PERSON
    assert item.stated_kind({"CF_XDR_LB": "法人及非法人组织"}, {"person_id": "1"}) is SubjectKind.UNSTATED


def test_admitted_values_may_end_in_a_note() -> None:
    field = Field(
        code="X", title="x", title_en="x", disclosure=Disclosure.PUBLIC, values=("罚款", "其他-*"), separator=";"
    )
    assert field.admits("罚款;其他-补办")
    assert not field.admits("罚款;罚金")
    assert not field.admits("罚款;")
    assert not field.admits("其他-")
    assert not field.admits("其他-*;x")


Change = Callable[[dict[str, Any], dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _, entry: entry.pop("legal_basis"), "item.yaml: legal_basis: missing; add it"),
        (lambda _, entry: entry.update(entitled=[]), "item.yaml: entitled: name at least one"),
        (
            lambda _, entry: entry.update(verbs=["ISUE"]),
            "item.yaml: verbs: 'ISUE' is unknown; did you mean ISSUE?",
        ),
        (lambda _, entry: entry.update(verbs=["AMEND"]), "item.yaml: verbs: add ISSUE"),
        (lambda _, entry: entry.update(legal_bases=["x"]), "legal_bases: unknown key; did you mean legal_basis?"),
        (lambda _, entry: entry.update(weather="red"), "item.yaml: weather: unknown key; use one of: category, "),
        (lambda _, entry: entry.update(id="x"), "item.yaml: id: must equal the folder's name"),
        (lambda _, entry: entry.update(rules=[]), "item.yaml: rules: write a mapping"),
        (lambda _, entry: entry["rules"].update(not_future=["CF_WSH"]), "rules.not_future: 'CF_WSH' is not a fitting"),
        (
            lambda _, entry: entry["rules"]["required"][0].update(when={"CF_CFLB": ["罚金"]}),
            "rules.required[0].when.CF_CFLB: '罚金' is not a value of that field",
        ),
        (
            lambda _, entry: entry["rules"]["required"][0].update(reason="COND"),
            "rules.required[0].reason: 'COND' is unknown",
        ),
        (
            lambda _, entry: entry["reasons"].update(COND_OTHER={"zh": "无。", "en": "None."}),
            "item.yaml: rules: no rule gives the reason COND_OTHER: name it in one",
        ),
        (
            lambda _, entry: entry["reasons"].update(COND_FINE_AMOUNT_MISSING={"zh": "应填罚款金额。"}),
            "reasons.COND_FINE_AMOUNT_MISSING.en: missing; add it",
        ),
        (
            lambda _, entry: entry["reasons"].update(COND_FINE_AMOUNT_MISSING={"zh": "应填罚款金额", "en": "No."}),
            "reasons.COND_FINE_AMOUNT_MISSING.zh: write one sentence on one line, with 。 at its end",
        ),
        (
            lambda _, entry: entry["reasons"].update(FINE={"zh": "无。", "en": "None."}),
            "reasons.FINE: begin the code with COND_",
        ),
        (
            lambda _, entry: entry["reasons"].update(DATE_FUTURE={"zh": "无。", "en": "None."}),
            "reasons.DATE_FUTURE: is a general reason: use it without declaring it",
        ),
        (lambda _, entry: entry["events"][-1].update(when={"CF_CFLB": "罚款"}), "events: end the list with an event"),
        (lambda _, entry: entry["events"][-1]["act"].update(day="CF_JDRQ"), "events[0].act.day: 'day' is unknown"),
        (lambda _, entry: entry["natural_key"].update(document_no="{CF_XX}"), "natural_key.document_no: 'CF_XX'"),
        (lambda _, entry: entry["natural_key"].update(document_no=""), "natural_key.document_no: a record needs"),
        (lambda _, entry: entry["claim"].update(passport="X"), "claim.passport: 'passport' is unknown"),
        (lambda _, entry: entry.update(unregistered_subject="drop"), "unregistered_subject: 'drop' is unknown"),
        (lambda _, entry: entry["publication"][0].update(max_months=1), "publication[0].max_months: must not be"),
        (lambda _, entry: entry["publication"][0].update(min_months=-1), "publication[0].min_months: write a whole"),
        (
            lambda _, entry: entry["publication"][0].update(effective_from="soon"),
            "publication[0].effective_from: write",
        ),
        (lambda schema, _: schema["fields"][0].pop("disclosure"), "schema: fields[0].disclosure: missing; add it"),
        (lambda schema, _: schema["fields"][0].update(disclosure="secret"), "fields[0].disclosure: 'secret' is"),
        (lambda schema, _: schema["fields"][0].update(mask=[1]), "schema: fields[0].mask: write two numbers"),
        (lambda schema, _: schema["fields"][0].update(code="Y"), "schema: fields[0].code: must equal"),
        (lambda schema, _: schema.update(fields=[]), "schema: fields: a content record needs fields"),
        (
            lambda _, entry: entry["rules"]["magnitudes"][0].update(field="CF_NR", amount="[0-9]+"),
            "magnitudes[0].amount: enclose the number",
        ),
        (
            lambda _, entry: entry["rules"]["magnitudes"][0].update(field="CF_NR", amount="("),
            "magnitudes[0].amount: '(' is not a regular expression",
        ),
    ],
)
def test_a_wrong_entry_is_refused_by_item_key_and_remedy(change: Change, message: str) -> None:
    schema, entry = copy.deepcopy(raw_catalogue()["administrative-penalty"])
    change(schema, entry)
    with pytest.raises(CatalogueError) as error:
        Catalogue.parse({"administrative-penalty": (schema, entry)})
    assert message in str(error.value)
    assert str(error.value).startswith("administrative-penalty/")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _, entry: entry["succession"].pop("since"), "succession.since: missing; add it"),
        (lambda _, entry: entry["succession"].update(kind="XX"), "succession.kind: 'XX' is unknown"),
        (lambda _, entry: entry["succession"].update(since="CXRQ"), "succession.since: make the field CXRQ mandatory"),
        (
            lambda _, entry: entry["natural_key"].update(document_no="{TZSH}"),
            "natural_key: end document_no with →{HSDM}",
        ),
        (lambda _, entry: entry["verbs"].append("DISPUTE"), "verbs: admit ISSUE, AMEND and WITHDRAW only"),
        (lambda _, entry: entry["subject_kinds"].append("NATURAL_PERSON"), "succession: joins two organisations"),
    ],
)
def test_half_a_succession_is_refused(change: Change, message: str) -> None:
    schema, entry = copy.deepcopy(raw_catalogue()["subject-succession"])
    change(schema, entry)
    with pytest.raises(CatalogueError) as error:
        Catalogue.parse({"subject-succession": (schema, entry)})
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _, entry: entry["consents"].pop("purpose"), "consents.purpose: missing; add it"),
        (lambda _, entry: entry["consents"].update(purpose="BZ"), "consents.purpose: make the field BZ mandatory"),
        (lambda _, entry: entry["consents"].update(first="CHRQ"), "consents.first: make the field CHRQ mandatory"),
        (lambda _, entry: entry.pop("publication_until"), "publication_until: missing; add it"),
        (lambda _, entry: entry.update(publication_until="CHRQ"), "publication_until: make the field CHRQ mandatory"),
        (lambda _, entry: entry["consents"].update(receiver="BSQJG"), "consents.receiver: name the field that natural"),
    ],
)
def test_half_a_consent_and_one_that_anybody_could_record_are_refused(change: Change, message: str) -> None:
    schema, entry = copy.deepcopy(raw_catalogue()["subject-consent"])
    change(schema, entry)
    with pytest.raises(CatalogueError) as error:
        Catalogue.parse({"subject-consent": (schema, entry)})
    assert message in str(error.value)


def test_an_error_names_the_line_where_lines_are_given() -> None:
    schema, entry = copy.deepcopy(raw_catalogue()["administrative-penalty"])
    entry["rules"]["required"][0]["reason"] = "COND_FINE_AMOUNT_MISING"
    lines = {("rules",): 40, ("rules", "required"): 42, ("rules", "required", 0): 43}
    with pytest.raises(CatalogueError) as error:
        Catalogue.parse({"administrative-penalty": (schema, entry)}, {"administrative-penalty": lines})
    assert str(error.value).startswith("administrative-penalty/item.yaml:43: rules.required[0].reason: ")


def test_two_items_may_not_give_one_reason_two_meanings() -> None:
    raw = {name: copy.deepcopy(raw_catalogue()[name]) for name in ("red-black-list", "wage-arrears-list")}
    raw["wage-arrears-list"].entry["reasons"]["COND_EXIT_DATE_MISSING"]["en"] = "Another sentence."
    with pytest.raises(CatalogueError, match=r"reasons\.COND_EXIT_DATE_MISSING: say the same as red-black-list"):
        Catalogue.parse(raw)
