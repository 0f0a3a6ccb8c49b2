"""Hypothesis strategies for the domain's values: one place, extended with every new value type."""

import string
from datetime import date
from typing import Any

from hypothesis import strategies as st

from creditbus.services.domain.crosswalk import Crosswalk
from creditbus.services.domain.event import Header, RecordState, SubjectKind, Verb
from creditbus.services.domain.identifiers import organisation_code, registration_no, uscc
from creditbus.services.domain.profile.consents import StandingConsent
from creditbus.services.domain.profile.record import CONTENT_VERBS, Record, Term
from creditbus.services.domain.profile.subject import NOT_RESTATING, Subject
from tests.examples import EXAMPLES, Example

__all__ = [
    "SUBJECTS",
    "citizen_bodies",
    "crosswalks",
    "dates",
    "headers",
    "organisation_codes",
    "padding",
    "publications",
    "records",
    "registration_nos",
    "subjects",
    "usccs",
]

#: What authorities (first character) and institutions (second) GB 32100-2015 knows.
PREFIXES = tuple(
    authority + kind
    for authority, kinds in {
        "1": "1239",
        "2": "19",
        "3": "123459",
        "4": "19",
        "5": "1239",
        "6": "129",
        "7": "129",
        "8": "19",
        "9": "123",
        "A": "1239",
        "N": "1239",
        "Y": "1",
    }.items()
    for kind in kinds
)

dates = st.dates(min_value=date(1949, 10, 1), max_value=date(2099, 12, 31))

padding = st.text(alphabet=" \t\u00a0\u3000\ufeff", max_size=3)
"""Outer blanks as spreadsheets leave them."""


@st.composite
def organisation_codes(draw: st.DrawFn) -> str:
    """Organisation codes with the right check character, of the characters that a unified code may hold."""
    body = draw(st.text(alphabet=uscc.ALPHABET, min_size=8, max_size=8))
    return body + organisation_code.check_character(body)


@st.composite
def usccs(draw: st.DrawFn) -> str:
    """Valid unified social credit codes of every registration authority."""
    prefix = draw(st.sampled_from(PREFIXES))
    division = draw(st.text(alphabet=string.digits, min_size=6, max_size=6))
    body = prefix + division + draw(organisation_codes())
    return body + uscc.check_character(body)


@st.composite
def registration_nos(draw: st.DrawFn) -> str:
    """Registration numbers with the right check digit."""
    body = draw(st.text(alphabet=string.digits, min_size=14, max_size=14))
    return body + registration_no.check_digit(body)


@st.composite
def citizen_bodies(draw: st.DrawFn) -> str:
    """Fifteen digits of the old citizen number with a birth date that existed; nobody's."""
    birth = draw(st.dates(min_value=date(1900, 1, 1), max_value=date(1999, 12, 31)))
    return f"{draw(st.integers(100000, 999999))}{birth:%y%m%d}{draw(st.integers(0, 999)):03}"


# -- what the stages keep -------------------------------------------------------------------------

_counts = st.integers(0, 2**32 - 1)
_digests = st.binary(min_size=16, max_size=16)
# the lowest long stands for "none": no clock shows it
_moments = st.integers(-(2**63) + 1, 2**63 - 1)

records = st.builds(
    Record,
    stated=st.sampled_from(RecordState),
    procedural=st.none() | st.sampled_from(RecordState),
    before_dispute=st.none() | st.sampled_from(RecordState),
    revision=_counts,
    term=st.sampled_from(Term),
    source_time=st.none() | _moments,
    received_at=_moments,
    sequence=_moments,
    department=st.text(max_size=40),
    content_hash=_digests,
    seen=st.lists(st.tuples(st.sampled_from([verb.value for verb in Verb]), _digests), max_size=4).map(tuple),
    content=st.binary(max_size=40),
    act=st.binary(max_size=40),
    reading=st.none() | _moments,
    act_reading=st.none() | _moments,
    before_act=st.none() | st.sampled_from(RecordState),
    transitions=st.just(0) | _counts,
    disputed_on=st.none() | st.integers(-(2**31), 2**31 - 1),
)
"""Any record, also one that no history of events leads to."""

_consents = st.builds(
    StandingConsent,
    *[st.text(max_size=40)] * 3,
    items=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    first=st.integers(0, 2**16),
    last=st.integers(0, 2**16),
)
subjects = st.builds(
    Subject,
    version=st.integers(0, 2**64 - 1),
    registered=st.booleans(),
    kind=st.sampled_from(SubjectKind),
    records=_counts,
    parked_from=_counts,
    parked_to=_counts,
    held=_counts,
    district_utf8=st.text(alphabet=string.digits, max_size=6).map(str.encode),
    name_utf8=st.text(max_size=200).map(str.encode),
    tail=st.binary(max_size=40),
    restating=st.just(NOT_RESTATING) | _counts,
    consents=st.lists(_consents, max_size=3).map(lambda found: tuple(sorted(found))),
    lost_codes=st.booleans(),
)

_owners = st.lists(usccs(), max_size=3).map(tuple)

crosswalks = st.builds(Crosswalk, _owners, _counts, _counts, _owners, _counts, st.booleans())


@st.composite
def headers(draw: st.DrawFn, verbs: frozenset[str] = frozenset(Verb), *, timed: bool | None = None) -> Header:
    """Headers of events about one record, with few contents, moments and departments, so that they meet.

    `timed` says whether the source states times; None: now and then.
    """
    verb = draw(st.sampled_from(sorted(verbs)))
    content = draw(st.integers(0, 2))
    stated = (RecordState.ACTIVE, RecordState.DISPUTED, RecordState.WITHDRAWN)[content]
    times = {True: st.integers(1, 5), False: st.none(), None: st.none() | st.integers(1, 5)}[timed]
    header: dict[str, Any] = {
        "verb": verb,
        "content_hash": bytes([content + (0 if verb in CONTENT_VERBS else 16)]) * 16,
        "state": stated.value,
        "source_time": draw(times),
        "received_at": draw(st.integers(1, 5)),
        "sequence": draw(st.integers(1, 5)),
        "reading": None,
        "lifts": False,
        "origin": {"department": draw(st.sampled_from(["one", "other"]))},
    }
    return header  # type: ignore[return-value] # what a fold looks at


# -- what departments publish ---------------------------------------------------------------------

#: Three subjects by every code that a row may name them by; two of them claim one registration number.
SUBJECTS = (
    {"uscc": "91420106MA4KAAA16H", "organisation_code": "MA4KAAA1-6", "registration_no": "420106000012345"},
    {"uscc": "91420106MA4KBBB29G", "organisation_code": "MA4KBBB2-9", "registration_no": "420106000012345"},
    {"uscc": "91420103777777775R", "organisation_code": "77777777-5", "registration_no": "420103000054321"},
)


_objection = {"SJLX": "异议处理结果", "YYBH": "示异1"}
_record_acts = st.sampled_from(
    [
        {"SJBH": "示异1", "SJLX": "异议申请"},
        {"SJBH": "示异2", **_objection, "CLJG": "不成立"},
        {"SJBH": "示异3", **_objection, "CLJG": "成立", "CLCS": "更正", "GZNR": '{"CF_NR_FK": "0.9"}'},
        {"SJBH": "示异4", **_objection, "CLJG": "成立", "CLCS": "撤销"},
        {"SJBH": "示更1", "SJLX": "更正", "GZNR": '{"BZ": "示例"}'},
        {"SJBH": "示更2", "SJLX": "更正", "SJRQ": "2019-06-04", "GZNR": '{"CF_NR_FK": "0.8", "BZ": null}'},
        {"SJBH": "示更3", "SJLX": "更正", "GZNR": '{"CF_WSH": "示罚〔2020〕1号"}'},
        {"SJBH": "示修1", "SJLX": "信用修复"},
    ]
)


@st.composite
def _succession(draw: st.DrawFn, named_by: tuple[str, ...]) -> Example:
    first, second = (draw(st.sampled_from(SUBJECTS))[draw(st.sampled_from(named_by))] for _ in range(2))
    annulled = {"ZT": "撤销", "CXRQ": draw(st.sampled_from(["2019-06-03", "2019-06-04"]))}
    said = draw(st.sampled_from([{}, {}, {"SXRQ": "2018-03-01"}, annulled]))
    example = (
        EXAMPLES["subject-succession"].claiming(uscc=first).headed(source_time=draw(st.none() | st.integers(1, 3)))
    )
    return example.changed(QSDM=first, HSDM=second, TZSH=f"示合〔2019〕{draw(st.integers(1, 2))}号", **said)


@st.composite
def _publication(draw: st.DrawFn, named_by: tuple[str, ...]) -> Example:
    codes = draw(st.sampled_from(SUBJECTS))
    item = draw(
        st.sampled_from(
            [
                "enterprise-registration",
                "administrative-penalty",
                "red-black-list",
                "objection-and-repair",
                "subject-succession",
            ]
        )
    )
    if item == "subject-succession":
        return draw(_succession(named_by))
    example, number = EXAMPLES[item], draw(st.integers(1, 2))
    source_time = draw(st.none() | st.integers(1, 3))
    if item == "enterprise-registration":
        told = {"uscc": codes["uscc"]} | draw(st.sampled_from([{}, {"registration_no": codes["registration_no"]}]))
        district = draw(st.sampled_from(["420106", "420103"]))
        return example.claiming(**told).changed(DOMDISTRICT=district).headed(source_time=source_time)
    code = draw(st.sampled_from(named_by))
    example = example.claiming(**{code: codes[code]}).headed(source_time=source_time)
    if item == "administrative-penalty":
        verb = draw(st.sampled_from(["ISSUE", "ISSUE", "DISPUTE", "SETTLE", "REPAIR", "END"]))
        fine = draw(st.sampled_from(["0.8", "8", "eight", "8000"]))
        name = draw(st.sampled_from(["某某有限公司", "另一家有限公司"]))
        return example.changed(CF_WSH=f"示罚〔2019〕{number}号", CF_XDR_MC=name, CF_NR_FK=fine).headed(verb=verb)
    if item == "objection-and-repair":
        return example.changed(WSH=f"示罚〔2019〕{number}号", **draw(_record_acts))
    removed = {"SJLX": "移出", "YCRQ": "2019-05-01", "YCYY": draw(st.sampled_from(["到期", "撤销"]))}
    example = example.changed(JDWH=f"示名单〔2018〕{number}号", **draw(st.sampled_from([{}, removed])))
    return example.headed(verb=draw(st.sampled_from(["ISSUE", "ISSUE", "DISPUTE", "SETTLE"])))


def publications(*named_by: str, max_size: int = 14) -> st.SearchStrategy[list[Example]]:
    """Events as departments publish them: about few subjects and decisions, some wrong, some in the wrong order.

    `named_by` are the fields of the claim by which rows name their subject.
    """
    return st.lists(_publication(named_by), min_size=1, max_size=max_size)
