"""A city in which anything is said, declared and done at any moment; every feed is held against plain dictionaries.

What must come of it is in tests/harness/plain_city.py. Rows of one record that come by several ways have no order, so
the bus is quiet between them (tests/harness/compared_city.py); all else passes each other.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.effort import share
from tests.harness.compared_city import GRADE, LIST, OFFICE, PENALTY, ComparedCity
from tests.harness.declaring import RECEIVERS
from tests.harness.feeds import Grant
from tests.harness.plain_city import CONSENT, REGISTRATION
from tests.harness.plain_record import Row
from tests.harness.traffic import acted, consent, list_entry, party, penalty, registration, tax_grade, withdrawn

HISTORIES = int(os.environ.get("CREDITBUS_HISTORIES") or share(16))
"""How many the run tries, of some 30 steps each."""

_PARTIES = [party(number, district) for number, district in enumerate(("420106", "420102"))]
_SUBSCRIBERS = ("agency-xinda", "department-housing", "district-wuchang")
_KINDS = ("警告", "罚款", "责令停产停业")
_CLASSES: Sequence[Mapping[str, Any]] = (
    {},
    {PENALTY: {"by_value": {"CF_CFLB": {"authorised": ["罚款"]}}, "withheld_unless_disclosed": "CF_CFLB"}},
    {GRADE: {"by_value": {"XYDJ": {"public": ["B"], "authorised": ["A"]}}, "withheld_unless_disclosed": "XYDJ"}},
)
"""What versions state of items' classes in place of what is shipped."""
_PARTS: Mapping[str, st.SearchStrategy[Any]] = {
    "items": st.lists(st.sampled_from((REGISTRATION, PENALTY, LIST, GRADE)), min_size=1, max_size=4, unique=True).map(
        sorted
    ),
    "subject_kinds": st.sampled_from((["ENTERPRISE"], ["ENTERPRISE"], ["INSTITUTION"])),
    "districts": st.sampled_from((["all"], ["420106"], ["420102"], ["420106", "420102"])),
    "disclosure": st.sampled_from(("public", "shared", "authorised")),
    "fields": st.sampled_from(({}, {PENALTY: ["CF_CFLB", "CF_NR_FK", "BZ"]})),
    "consent": st.booleans(),
    "purpose": st.sampled_from(("one", "one", "other")),
    "masks": st.sampled_from(({}, {PENALTY: {"CF_NR": [1, 0]}})),
}
"""What a version may state otherwise of a grant."""
_WIDE: Grant = {
    "purpose": "one",
    "legal_basis": "law",
    "items": sorted((REGISTRATION, PENALTY, LIST, GRADE)),
    "subject_kinds": ["ENTERPRISE"],
    "districts": ["all"],
    "disclosure": "shared",
    "consent": False,
    "valid_until": date(2099, 12, 31),
}
Of = tuple[str, int, int]
"""Item, party and number of a record of which something is said."""
_NUMBERS = st.sampled_from((0, 0, 1))
_DOCUMENTS = st.sampled_from((0, 0, 1, 2))
_SEEDS = st.integers(0, 2**32)


class City(RuleBasedStateMachine):
    """One city."""

    @initialize(
        free=st.booleans(),
        registered=st.integers(0, 2),
        narrow=st.booleans(),
        there=st.integers(0, 2),
        large=st.integers(0, 5),
    )
    def begin(self, *, free: bool, registered: int, narrow: bool, there: int, large: int) -> None:
        self.city = ComparedCity(_PARTIES, _CLASSES, free=free)
        self.grants = self.city.grants
        self.grants[_SUBSCRIBERS[0]] = _WIDE
        if narrow:
            self.grants[_SUBSCRIBERS[2]] = {**_WIDE, "districts": ["420106"], "disclosure": "public"}
        self.city.declare()
        self.scopes = 0
        self.acts = 0
        self.disputes: list[Row] = []
        for number in range(registered):
            self.registered(number, "here", renamed=False)
        # most of what happens to records happens to those that are there
        for document in range(there):
            self.penalty_is_stated(0, document, 1, _KINDS[document], None, None, 1)
            self.list_entry_is_stated(document, "in", "甲")
        if large == 1:
            # more than is restated in one piece
            for document in range(10, 80):
                self.penalty_is_stated(0, document, 1, "罚款", None, None, 1)

    # -- what departments publish -----------------------------------------------------------------

    @rule(number=_NUMBERS, where=st.sampled_from(("here", "there")), renamed=st.booleans())
    def registered(self, number: int, where: str, *, renamed: bool) -> None:
        """It is registered, also again, after it has moved, or under another name."""
        self._register(number, where, renamed=renamed)

    @rule(number=_NUMBERS)
    def registration_is_withdrawn(self, number: int) -> None:
        self.city.quiet(0)
        self._register(number, "here", renamed=False, holds=False)
        self.city.quiet(0)

    def _register(self, number: int, where: str, *, renamed: bool, holds: bool = True) -> None:
        one = _PARTIES[number if where == "here" else 1 - number]
        one = replace(_PARTIES[number], district=one.district)
        one = replace(one, name=f"{one.name}（更名）") if renamed else one
        self.scopes += 1
        scope = f"虚构{self.scopes}"
        self.city.publish(registration(one, scope) if holds else withdrawn(one, scope))

    @rule(number=_NUMBERS, document=_DOCUMENTS, age=st.integers(0, 1100), kind=st.sampled_from(_KINDS),
          term=st.none() | st.integers(-1, 3), time=st.none() | st.integers(1, 3), fine=st.integers(1, 3))  # fmt: skip
    def penalty_is_stated(
        self, number: int, document: int, age: int, kind: str, term: int | None, time: int | None, fine: int
    ) -> None:
        """It is new, amended, sent again, or an older one that comes late. The last one is named by the old code."""
        one, rows = _PARTIES[number], self.city.said[PENALTY, number, document]
        before = [dict(row.content) for row in rows if row.verb == "ISSUE"]
        decided = self.city.plain.on - timedelta(age)
        if before:
            kind, decided = before[0]["CF_CFLB"] or "", date.fromisoformat(before[0]["CF_JDRQ"] or "")
        last = None if term is None else max(decided, self.city.plain.on + timedelta(term)).isoformat()
        if any(row.verb == "REPAIR" for row in rows):
            known = self._content((PENALTY, number, document))
            if not known:
                return
            # what is not published any more because it was repaired, no later date brings back
            last = known["CF_GSJZQ"]
        event = penalty(one, document, f"0.{fine}", one.organisation_code if document == 2 else one.code)
        content = {**event["content"], "CF_JDRQ": decided.isoformat(), "CF_CFLB": kind, "CF_GSJZQ": last}
        header = {**event["header"], **({} if time is None else {"source_time": time * 1000})}
        self.city.publish({**event, "header": header, "content": content}, (PENALTY, number, document))

    @rule(number=_NUMBERS, what=st.sampled_from(("in", "out", "disputed", "annulled")), text=st.sampled_from("甲乙"))
    def list_entry_is_stated(self, number: int, what: str, text: str) -> None:
        one = _PARTIES[number]
        key = (LIST, number, 0)
        if what == "in":
            event = list_entry(one, one.code, {"SJLX": "列入", "FLYJ": text})
        else:
            if any(row.number for row in self.city.said[key]) and not self._content(key):
                return  # nothing tells which of them comes first
            event = list_entry(
                one, one.code, {"SJLX": "移出", "YCRQ": "2019-03-01", "YCYY": "撤销" if what == "annulled" else "到期"}
            )
        self.city.publish(event, key)
        if what == "disputed":
            self.objection_is_opened(key, answer=False)

    @rule(number=_NUMBERS, grade=st.sampled_from("AB"))
    def grade_is_stated(self, number: int, grade: str) -> None:
        self.city.publish(tax_grade(_PARTIES[number], grade), (GRADE, number, 0))

    @rule(number=_NUMBERS, to=st.sampled_from(_SUBSCRIBERS), what=st.sampled_from(("", "", "revoked", "void")),
          purpose=st.sampled_from(("one", "one", "other")), first=st.integers(-2, 2),
          last=st.just(4000) | st.integers(0, 3), items=st.sampled_from((None, PENALTY)))  # fmt: skip
    def consent_is_stated(
        self, number: int, to: str, what: str, purpose: str, first: int, last: int, items: str | None
    ) -> None:
        """It is given, narrowed, or given for other days; it is revoked, or was never given."""
        today = self.city.plain.on
        days = {
            "SQQSRQ": (today + timedelta(first)).isoformat(),
            "SQJZRQ": (today + timedelta(max(first, last))).isoformat(),
        }
        said = {**days, **({} if items is None else {"SQSX": items})}
        said |= {"SQZT": "撤回", "CHRQ": today.isoformat()} if what == "revoked" else {}
        event = consent(_PARTIES[number], 1, RECEIVERS[to], purpose, **said)
        self.city.publish(
            acted(event, "WITHDRAW") if what == "void" else event, (CONSENT, number, _SUBSCRIBERS.index(to))
        )

    @rule(data=st.data(), again=st.booleans())
    def row_is_sent_again(self, data: st.DataObject, *, again: bool) -> None:
        keys = sorted(key for key, rows in self.city.said.items() if rows)
        if keys:
            key = data.draw(st.sampled_from(keys))
            row = data.draw(st.sampled_from(self.city.said[key]))
            if not (row.verb == "ISSUE" and any(one.verb == "REPAIR" for one in self.city.said[key])):
                for _ in range(1 + again):
                    self.city.send(row, key)

    # -- what the credit office publishes of them -------------------------------------------------

    _ON = st.tuples(st.sampled_from((PENALTY, LIST)), _NUMBERS, _DOCUMENTS)

    @rule(on=_ON, day=st.integers(1, 3), text=st.none() | st.sampled_from(("虚构声明", "另一声明")))
    def subject_states_something(self, on: Of, day: int, text: str | None) -> None:
        kind = "声明撤回" if text is None else "主体声明"
        self._act(on, "ANNOTATE", date(2019, 6, day), SJLX=kind, SMNR=text)

    @rule(on=_ON, answer=st.none() | st.booleans())
    def objection_is_opened(self, on: Of, *, answer: bool | None) -> None:
        """It is opened, and maybe answered at once."""
        self._act(on, "DISPUTE", date(2019, 6, 1), SJLX="异议申请")
        if answer is not None and self.disputes:
            self._answer(self.disputes[-1], upheld=answer)

    @precondition(lambda self: self.disputes)
    @rule(data=st.data(), upheld=st.sampled_from((False, False, True)))
    def objection_is_answered(self, data: st.DataObject, *, upheld: bool) -> None:
        self._answer(data.draw(st.sampled_from(self.disputes)), upheld=upheld)

    def _answer(self, row: Row, *, upheld: bool) -> None:
        key = next(key for key, rows in self.city.said.items() if row in rows)
        outcome = {"CLJG": "成立", "CLCS": "撤销"} if upheld else {"CLJG": "不成立"}
        verb = "WITHDRAW" if upheld else "SETTLE"
        self._act(key, verb, date(2019, 6, 2), SJLX="异议处理结果", YYBH=row.number, **outcome)

    @rule(on=_ON)
    def record_is_repaired(self, on: Of) -> None:
        self.city.quiet(0)
        self._act(on, "REPAIR", date(2019, 6, 3), SJLX="信用修复")

    @rule(on=_ON)
    def record_is_withdrawn(self, on: Of) -> None:
        self._act(on, "WITHDRAW", date(2019, 6, 3), SJLX="撤销")

    def _act(self, on: Of, verb: str, day: date, **content: str | None) -> None:
        key = (on[0], on[1], on[2] if on[0] == PENALTY else 0)
        item, number, document = key
        one = _PARTIES[number]
        own = any(row.verb in ("END", "WITHDRAW") and not row.number for row in self.city.said[key])
        if own and not self._content(key):
            return  # nothing tells which of them comes first
        event = penalty(one, document, "1") if item == PENALTY else list_entry(one, one.code, {"SJLX": "列入"})
        header = event["header"]
        self.acts += 1
        filled = {**dict.fromkeys(OFFICE.content), "SJBH": f"示{self.acts}", "SJRQ": day.isoformat(), **content}
        filled |= {"WSH": header["document_no"], "JGDM": header["authority"], "JGMC": "虚构局", "ZTMC": one.name}
        row = Row(
            *(one.code, one.code, item, header["authority"], header["document_no"], verb),
            tuple(sorted(filled.items())),
            number=f"示{self.acts}",
            answers=content.get("YYBH") or "",
            day=day,
            text=content.get("SMNR"),
        )
        if verb == "DISPUTE":
            self.disputes.append(row)
        self.city.send(row, key)

    def _content(self, key: Of) -> dict[str, str | None]:
        """Return what a record says now; nothing where it is not there yet."""
        rows = self.city.said[key]
        record = self.city.plain.records.get(rows[0].key) if rows else None
        return {} if record is None else dict(record.content or ())

    # -- what the city declares ---------------------------------------------------------------------

    @rule(name=st.sampled_from(_SUBSCRIBERS), part=st.sampled_from(sorted(_PARTS)), data=st.data())
    def grant_is_changed(self, name: str, part: str, data: st.DataObject) -> None:
        """It becomes wider or narrower, or there is a new subscriber."""
        grant = {**self.grants.get(name, _WIDE), part: data.draw(_PARTS[part])}
        left_out: tuple[str, ...] = () if PENALTY in grant["items"] else ("fields", "masks")
        # a part that says nothing is one that is not there
        left_out += tuple(one for one in ("fields", "masks") if not grant.get(one))
        self.grants[name] = {one: value for one, value in grant.items() if one not in left_out}
        self.city.declare()

    @rule(name=st.sampled_from(_SUBSCRIBERS), days=st.integers(-1, 2), begins=st.booleans())
    def grant_has_days(self, name: str, days: int, *, begins: bool) -> None:
        """It ends or begins now, or some days from now."""
        day = self.city.plain.on + timedelta(days)
        other = {one: value for one, value in self.grants.get(name, _WIDE).items() if one != "valid_from"}
        self.grants[name] = {**other, "valid_from": day, "valid_until": date(2099, 12, 31)} if begins else {
            **other, "valid_until": day
        }  # fmt: skip
        self.city.declare()

    @rule(name=st.sampled_from(_SUBSCRIBERS))
    def subscriber_is_gone(self, name: str) -> None:
        if len(self.grants) > 1 and self.grants.pop(name, None) is not None:
            self.city.declare()

    @rule(classes=st.integers(0, len(_CLASSES) - 1))
    def class_is_changed(self, classes: int) -> None:
        self.city.declare(classes)

    @rule(count=st.integers(1, 2) | st.integers(1, 2) | st.integers(1, 400))
    def days_pass(self, count: int) -> None:
        self.city.pass_days(count)

    # -- the stages ---------------------------------------------------------------------------------

    @rule(seed=_SEEDS, turns=st.integers(1, 12), asleep=st.sampled_from(((), (), ("fanout",), ("profiles",))))
    def stages_work(self, seed: int, turns: int, asleep: Sequence[str]) -> None:
        self.city.work(seed, turns, asleep)

    @rule(seed=_SEEDS)
    def quiet(self, seed: int) -> None:
        self.city.quiet(seed)

    def teardown(self) -> None:
        self.city.quiet(0)

    @invariant()
    def nobody_is_shown_what_is_not_for_him(self) -> None:
        self.city.look()


def test_everything_that_may_happen_in_a_city_leaves_views_behind() -> None:
    run_state_machine_as_test(City, settings=settings(max_examples=HISTORIES, stateful_step_count=30))
