"""A record carries its subject's newest statement, whatever else happens to it and in whichever order.

Which one that is is found from what was published alone: the newest of those that nobody took back.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import share
from tests.examples import EXAMPLES, Example
from tests.harness.shown_profiles import present
from tests.properties.test_stages import by_chance
from tests.step_harness import Bus, machinery
from tests.strategies import SUBJECTS

CODE = SUBJECTS[0]["uscc"]
FEED = "feed.agency-xinda"
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=CODE)
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
ROW = EXAMPLES["objection-and-repair"].claiming(uscc=CODE)

STATEMENTS = st.lists(
    st.tuples(st.integers(1, 3), st.none() | st.sampled_from(["甲", "乙", "丙"])), min_size=1, max_size=4
)
"""Day and text of each statement; none takes the one of before back."""
OTHERS = st.lists(
    st.sampled_from(
        [
            PENALTY.changed(CF_SY="丁").headed(source_time=2),
            PENALTY.changed(CF_SY="戊").headed(source_time=3),
            PENALTY.headed(verb="DISPUTE"),
            REGISTRATION.changed(DOMDISTRICT="420103", DOM="另一处"),
            ROW.changed(SJBH="示更1", SJLX="更正", GZNR='{"BZ": "示例"}'),
            ROW.changed(SJBH="示异1", SJLX="异议申请"),
            ROW.changed(SJBH="示异2", SJLX="异议处理结果", YYBH="示异1", CLJG="不成立"),
            ROW.changed(SJBH="示修1", SJLX="信用修复"),
        ]
    ),
    max_size=5,
)


def stated(number: int, day: int, text: str | None) -> Example:
    kind = "声明撤回" if text is None else "主体声明"
    return ROW.changed(SJBH=f"示声{number}", SJLX=kind, SJRQ=f"2019-06-0{day}", SMNR=text)


@given(STATEMENTS, OTHERS, st.data())
@settings(max_examples=share(80))
def test_the_newest_statement_goes_with_the_record(
    said: list[tuple[int, str | None]], others: list[Example], data: st.DataObject
) -> None:
    statements = [stated(number, *one) for number, one in enumerate(said)]
    again = data.draw(st.lists(st.sampled_from(statements), max_size=2))
    events = data.draw(st.permutations([REGISTRATION, PENALTY.headed(source_time=1), *others]))
    # rows of one day count in the order of their publication
    for one in statements:
        events.insert(data.draw(st.integers(0, len(events))), one)
    order = [one for one in events if one in statements]
    bus = Bus(machinery())
    for event in (*events, *again):
        bus.publish(event)
        if data.draw(st.booleans()):
            bus.settle(by_chance(data))
    bus.settle()
    days = {f"示声{number}": day for number, (day, _) in enumerate(said)}
    newest = max(order, key=lambda one: (days[one.content["SJBH"] or ""], order.index(one))).content["SMNR"]
    profile = present(bus, CODE)
    assert profile is not None
    (record,) = (one for one in profile["records"] if one["item"] == "administrative-penalty")
    assert record["statement"] == newest
    changes = [bus.decode(one.value) for one in bus.read(FEED)]
    change = [one for one in changes if one["record"]["item"] == "administrative-penalty"][-1]
    on_show = change["record"]["state"] in {"ACTIVE", "DISPUTED"}
    assert change["act"]["statement"] == (newest if on_show else None)
