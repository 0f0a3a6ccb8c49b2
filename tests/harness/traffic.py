"""Seeded traffic of departments: fictional subjects with valid codes, and everything that happens to their records."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.harness.wire import Message, Wire, ingest_key

__all__ = [
    "DISTRICTS",
    "Event",
    "Party",
    "Traffic",
    "acted",
    "consent",
    "list_entry",
    "message",
    "moved",
    "moves",
    "numbered_registration",
    "party",
    "penalty",
    "registration",
    "second_registration",
    "succession",
    "tax_grade",
    "withdrawal",
    "withdrawn",
]

Event = dict[str, Any] | bytes

DISTRICTS = ("420106", "420102")
"""One that a district's grant admits and one that it does not: what moves between them goes into a view and out."""

_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGAN = "11420000MB15291767"
_SHARE_REGISTERED = 0.92
_SHARE_GRADED = 0.15
_SHARE_REPAIRED = 0.15
_REPAIRED = 99
"""Number of a party's penalty that is repaired."""
_CLAIM = ("uscc", "organisation_code", "registration_no", "tax_no", "institution_no", "social_organisation_no")


@dataclass(frozen=True, slots=True)
class Party:
    """A fictional enterprise."""

    code: str
    organisation_code: str
    name: str
    district: str


def party(number: int, district: str = "420106") -> Party:
    """Make the enterprise of a number (up to eight digits), with right check digits (GB 11714, GB 32100)."""
    base = f"{number:08d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(base, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    organisation = base + "0X987654321"[remainder]
    head = f"91420106{organisation}"
    total = sum(_CODE_ALPHABET.index(character) * 3**place for place, character in enumerate(head))
    return Party(head + _CODE_ALPHABET[-total % 31], organisation, f"虚构企业{number}", district)


@dataclass(slots=True)
class Traffic:
    """Events of `subjects` enterprises, the same for the same seed.

    About a tenth each of duplicates, amendments, legacy codes (many before their registration) and removals (some
    before their entry); some subjects never registered, some originals never sent, some rows to be refused. About a
    sixth of the enterprises are succeeded by the next one, by any codes; some of it is annulled, before or after.
    A fifth moves to the other district, some there and back and under another name; of some the registration is
    withdrawn for a while or for ever, or there is a second one. One large subject moves again and again.
    """

    seed: int
    subjects: int
    large: int = 300
    """Records of the large subject."""
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def messages(self, wire: Wire) -> list[Message]:
        """All events in the order of their publication; the events of one record keep theirs."""
        chance = self._random
        parties = [
            party(self.seed % 100 * 1_000_000 + number, chance.choice(DISTRICTS)) for number in range(self.subjects)
        ]
        placed = []
        chains = [chain for one in parties for chain in self._chains(one)]
        chains += self._successions(parties)
        chains += self._moves(parties)
        for index, chain in enumerate(chains):
            moments = sorted(chance.random() for _ in chain)
            placed += [
                (moment, index, place, event) for place, (moment, event) in enumerate(zip(moments, chain, strict=True))
            ]
        placed += self._large(len(chains))
        placed.sort(key=lambda entry: entry[:3])
        file = f"traffic-{self.seed}"
        return [message(wire, row, event, file, f"run-{self.seed}") for row, (*_, event) in enumerate(placed, start=1)]

    def _chains(self, one: Party) -> Iterator[list[Event]]:
        chance = self._random
        if chance.random() < _SHARE_REGISTERED:
            first = registration(one, "虚构经营范围")
            later = [registration(one, "虚构经营范围二")] if chance.random() < 0.1 else []
            yield [first, *later, *([first] if chance.random() < 0.1 else [])]
        for number in range(chance.randrange(5)):
            yield self._penalties(one, number)
        if chance.random() < 0.5:
            yield self._entries(one)
        if chance.random() < 0.01:
            yield [b"\xffnot in the wire format"]

    def _penalties(self, one: Party, number: int) -> list[Event]:
        drawn = self._random.random()
        code, old = one.code, one.organisation_code
        first, other = penalty(one, number, "0.5", code), penalty(one, number, "0.8", code)
        by_old_code = penalty(one, number, "0.5", old)
        wrong = penalty(one, number, "0.5", code[:-1] + ("0" if code[-1] != "0" else "1"))
        kinds: tuple[tuple[float, list[Event]], ...] = (
            (0.08, [first, first]),
            (0.16, [first, other]),
            (0.18, [first, other, first, other]),
            (0.26, [by_old_code]),
            (0.28, [by_old_code, first]),
            (0.30, [by_old_code, other]),
            (0.32, [wrong]),
        )
        return next((chain for below, chain in kinds if drawn < below), [first])

    def _entries(self, one: Party) -> list[Event]:
        drawn = self._random.random()
        code = one.organisation_code if self._random.random() < 0.1 else one.code
        entry = list_entry(one, code, {"SJLX": "列入"})
        removal = list_entry(
            one, code, {"SJLX": "移出", "YCRQ": "2019-03-01", "YCYY": self._random.choice(("到期", "撤销"))}
        )
        if drawn < 0.1:
            return [removal, entry, removal]
        if drawn < 0.15:
            return [removal, removal]
        return [entry, removal, removal] if drawn < 0.2 else [entry, removal] if drawn < 0.5 else [entry]

    def _successions(self, parties: Sequence[Party]) -> Iterator[list[Event]]:
        chance = random.Random(f"{self.seed}-successions")  # of its own: the rest stays what it was
        for first, second in zip(parties, [*parties[1:], parties[0]], strict=True):
            drawn = chance.random()
            old = [one.organisation_code if chance.random() < 0.3 else one.code for one in (first, second)]
            by_any = succession(first, second, (old[0], old[1]))
            row = succession(first, second, (first.code, second.code))
            annulment = succession(first, second, (first.code, second.code), "2019-03-01")
            kinds: tuple[tuple[float, list[Event]], ...] = (
                (0.05, [by_any]),
                (0.08, [by_any, row]),
                (0.10, [row, row]),
                (0.13, [row, annulment, row]),
                (0.15, [annulment, row, annulment]),
                (0.16, [annulment, by_any]),
                (0.17, [annulment]),
            )
            yield next((chain for below, chain in kinds if drawn < below), [])

    def _moves(self, parties: Sequence[Party]) -> Iterator[list[Event]]:
        chance = random.Random(f"{self.seed}-moves")  # of its own: the rest stays what it was
        for one in parties:
            drawn = chance.random()
            there, here = moved(one, 1), moved(one, 2)
            kinds: tuple[tuple[float, list[Event]], ...] = (
                (0.08, moves(one, 1)),
                (0.12, moves(one, 2)),
                (0.14, moves(one, 3)),
                (0.16, [registration(replace(one, name=f"{one.name}（更名）"), "虚构更名")]),
                (0.19, [registration(one, "虚构经营范围"), withdrawn(one, "虚构作废"), there]),
                (0.21, [registration(one, "虚构经营范围"), withdrawn(one, "虚构作废")]),
                (0.22, [registration(one, "虚构经营范围"), withdrawal(one)]),
                (0.25, [second_registration(replace(one, district=_other(one.district)))]),
                (0.28, [second_registration(one), there, withdrawn(one, "虚构作废"), here]),
            )
            yield next((chain for below, chain in kinds if drawn < below), [])
            if chance.random() < _SHARE_GRADED:
                yield [tax_grade(one, grade) for grade in chance.choice(("A", "B", "AB", "BA"))]
            if chance.random() < _SHARE_REPAIRED:
                first, other = penalty(one, _REPAIRED, "0.5"), penalty(one, _REPAIRED, "0.8")
                chain: list[Event] = [first, acted(first, "REPAIR"), other, acted(first, "DISPUTE")]
                yield chain[: chance.randrange(2, 5)]

    def _large(self, index: int) -> Iterator[tuple[float, int, int, Event]]:
        """Tell of a subject with many records: once they are there it moves, at last twice within few events."""
        one = party(self.seed % 100 * 1_000_000 + self.subjects, DISTRICTS[0])
        records: list[Event] = [registration(one, "虚构经营范围"), *(penalty(one, n, "0.5") for n in range(self.large))]
        for place, event in enumerate(records):
            yield 0.5 * place / len(records), index, place, event
        for moment, number in ((0.6, 1), (0.6, 2), (0.8, 3), (0.9, 4), (0.9, 5)):
            # under another name each time: back where it was, nothing would tell that a move was left out
            yield moment, index, len(records) + number, moved(replace(one, name=f"{one.name}第{number}处"), number)


def message(wire: Wire, row: int, event: Event, file: str = "file", run: str = "run") -> Message:
    """Make what a department publishes of an event."""
    if isinstance(event, bytes):
        return Message("ingest.administrative-enforcement", b"garbage", event)
    header = event["header"]
    origin = {**header["origin"], "run": run, "file": file, "row": row}
    value = wire.encode(header["item"], {**event, "header": {**header, "origin": origin}})
    return Message(f"ingest.{origin['department']}", ingest_key(header), value)


def moves(one: Party, times: int) -> list[Event]:
    """Tell that a party goes to the other district and back, as often as stated."""
    return [moved(one, number) for number in range(1, times + 1)]


def moved(one: Party, number: int) -> dict[str, Any]:
    """Make a registration of the n-th move: those of odd numbers lead to the other district."""
    district = _other(one.district) if number % 2 else one.district
    return registration(replace(one, district=district), f"虚构迁移{number}")


def withdrawn(one: Party, scope: str) -> dict[str, Any]:
    """Make a row of the party's registration whose status says that it does not hold; a later row may say otherwise."""
    event = registration(one, scope)
    return {**event, "header": {**event["header"], "state": "WITHDRAWN"}}


def withdrawal(one: Party) -> dict[str, Any]:
    """Make the act that withdraws the party's registration for ever."""
    return acted(registration(one, "虚构经营范围"), "WITHDRAW")


def acted(event: dict[str, Any], verb: str) -> dict[str, Any]:
    """Make an act on a record, by the event that made it."""
    return {**event, "header": {**event["header"], "verb": verb}}


def second_registration(one: Party, number: int = 2) -> dict[str, Any]:
    """Make a registration of the party that is a record of its own next to the first."""
    return numbered_registration(registration(replace(one, name=f"{one.name}分册{number}"), "虚构分册"), number)


def numbered_registration(event: dict[str, Any], number: int) -> dict[str, Any]:
    """Make of what the party's registration says what its n-th one says."""
    header = event["header"]
    return {**event, "header": {**header, "document_no": f"{header['document_no']}-{number}"}}


def tax_grade(one: Party, grade: str) -> dict[str, Any]:
    """Make a tax grade of the party, which it names by the tax number that its unified code holds."""
    content = {
        "NSRMC": one.name,
        "PJND": "2018",
        "XYDJ": grade,
        "PJDW": "虚构税务局",
        "PDSJ": "2019-04-17",
    }
    identity = ("虚构税务局", "虚构税务局", "2018年度")
    event = _event("tax-bureau", "tax-credit-grade", "ISSUE", one, "", identity, content)
    return {**event, "claim": {**dict.fromkeys(_CLAIM), "tax_no": one.code[2:17]}}


def _other(district: str) -> str:
    return next(other for other in DISTRICTS if other != district)


def succession(first: Party, second: Party, codes: tuple[str, str], annulled: str = "") -> dict[str, Any]:
    """Make a succession of parties, named by these codes; `annulled` is the day of its annulment."""
    content = {
        "BGLX": "吸收合并",
        "QSDM": codes[0],
        "QSMC": first.name,
        "HSDM": codes[1],
        "HSMC": second.name,
        "SXRQ": "2018-02-28",
        "TZSH": f"虚承〔2018〕{first.organisation_code}号",
        "DJJG": "虚构局",
    } | ({"ZT": "撤销", "CXRQ": annulled} if annulled else {})
    identity = ("market-supervision", "虚构局", f"{content['TZSH']}→{codes[1]}")
    verb = "WITHDRAW" if annulled else "ISSUE"
    return _event("market-supervision", "subject-succession", verb, first, codes[0], identity, content)


def registration(one: Party, scope: str) -> dict[str, Any]:
    """Make the party's registration."""
    content = {"ENTNAME": one.name, "DOMDISTRICT": one.district, "OPSCOPE": scope}
    identity = ("market-supervision", "", one.code)
    return _event("market-supervision", "enterprise-registration", "ISSUE", one, one.code, identity, content)


def penalty(one: Party, number: int, fine: str, code: str = "") -> dict[str, Any]:
    """Make a penalty; `code` is how it names the party (empty: by its unified code)."""
    document = f"虚罚〔2018〕{one.organisation_code}-{number}号"
    content = {
        "CF_XDR_MC": one.name,
        "CF_XDR_LB": "法人及非法人组织",
        "CF_WSH": document,
        "CF_WFXW": "虚构行为",
        "CF_SY": "虚构事实",
        "CF_YJ": "虚构依据",
        "CF_CFLB": "罚款",
        "CF_NR": "虚构内容",
        "CF_NR_FK": fine,
        "CF_JDRQ": "2018-02-28",
        "CF_CFJG": "虚构局",
        "CF_CFJGDM": _ORGAN,
        "CF_SJLY": "虚构局",
        "CF_SJLYDM": _ORGAN,
        "BZ": "虚构备注",
    }
    identity = (_ORGAN, "虚构局", document)
    return _event(
        "administrative-enforcement", "administrative-penalty", "ISSUE", one, code or one.code, identity, content
    )


def list_entry(one: Party, code: str, change: dict[str, str]) -> dict[str, Any]:
    """Make an event of the party's entry in a list; `change` says whether it enters (SJLX 列入) or leaves, and why."""
    document = f"虚名单〔2018〕{one.organisation_code}号"
    content = {
        "MDMC": "守合同重信用企业",
        "MDLX": "红",
        "ZTLB": "法人及非法人组织",
        "ZTMC": one.name,
        "RDDW": "虚构局",
        "RDDWDM": _ORGAN,
        "JDWH": document,
        "FLYJ": "虚构办法",
        "LRRQ": "2018-02-28",
    } | change
    verb = "ISSUE" if change["SJLX"] == "列入" else "WITHDRAW" if change["YCYY"] == "撤销" else "END"
    return _event("credit-office", "red-black-list", verb, one, code, (_ORGAN, "虚构局", document), content)


def consent(one: Party, number: int, receiver: str, purpose: str, **changes: str) -> dict[str, Any]:
    """Make the party's consent of a number to an institution, for all items and many years but for the changes."""
    document = f"虚授〔2019〕{one.organisation_code}-{number}号"
    content = {
        "SQRLB": "法人及非法人组织",
        "SQSBH": document,
        "BSQJG": "虚构机构",
        "BSQJGDM": receiver,
        "CXYT": purpose,
        "SQRQ": "2019-03-01",
        "SQQSRQ": "2019-03-01",
        "SQJZRQ": "2098-12-31",
        "SQZT": "有效",
    } | changes
    event = _event(
        "credit-office", "subject-consent", "ISSUE", one, one.code, (receiver, "虚构机构", document), content
    )
    return event if content["SQZT"] == "有效" else {**event, "header": {**event["header"], "state": "EXITED"}}


def _event(
    department: str,
    item: str,
    verb: str,
    one: Party,
    code: str,
    identity: tuple[str, str, str],
    content: dict[str, str],
) -> dict[str, Any]:
    authority, authority_name, document = identity
    state = {"END": "EXITED", "WITHDRAW": "WITHDRAWN"}.get(verb, "ACTIVE")
    return {
        "header": {
            "item": item,
            "verb": verb,
            "event_id": bytes(16),
            "content_hash": bytes(16),
            "authority": authority,
            "authority_name": authority_name,
            "document_no": document,
            "subject": "",
            "subject_name": one.name,
            "subject_kind": "UNSTATED",
            "state": state,
            "origin": {"department": department, "run": "", "file": "", "row": 0},
        },
        "act": {"reason": content.get("YCYY")},
        "claim": {**dict.fromkeys(_CLAIM), "uscc": code},
        "content": content,
    }
