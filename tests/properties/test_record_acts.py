"""Acts on records of other items come to the same in whichever order they and their records arrive."""

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.event import RecordState
from tests.effort import share
from tests.examples import EXAMPLES, Example
from tests.step_harness import Bus, machinery
from tests.strategies import SUBJECTS

CODES = SUBJECTS[0]
OUTCOME = {"SJLX": "异议处理结果", "YYBH": "示异1", "CLJG": "成立", "CLCS": "更正"}


def penalty(source_time: int, **content: str) -> Example:
    return (
        EXAMPLES["administrative-penalty"]
        .claiming(uscc=CODES["uscc"])
        .changed(**content)
        .headed(source_time=source_time)
    )


def act(**content: str) -> Example:
    return EXAMPLES["objection-and-repair"].claiming(uscc=CODES["organisation_code"]).changed(**content)


EVENTS = (
    EXAMPLES["enterprise-registration"].claiming(uscc=CODES["uscc"]),
    penalty(1, CF_SY="甲", CF_NR_FK="0.8"),
    penalty(2, CF_SY="乙", CF_NR_FK="0.8"),
    penalty(3, CF_SY="乙", CF_NR_FK="0.9"),
    act(SJBH="示异1", SJLX="异议申请"),
    act(SJBH="示异2", **OUTCOME, SJRQ="2019-06-04", GZNR='{"CF_SY": "丙"}'),
    act(SJBH="示更1", SJLX="更正", SJRQ="2019-06-05", GZNR='{"CF_SY": "丁", "BZ": "示例"}'),
    act(SJBH="示更2", SJLX="更正", SJRQ="2019-06-03", GZNR='{"BZ": "旧"}'),
)


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=4), st.data())
@settings(max_examples=share(60))
def test_every_order_ends_in_the_same_record(events: list[Example], again: list[Example], data: st.DataObject) -> None:
    bus = Bus(machinery())
    for event in (*events, *again):
        bus.publish(event.claiming(uscc=CODES["uscc"]) if event.item.acts_on and data.draw(st.booleans()) else event)
        if data.draw(st.booleans()):
            bus.settle()
    bus.settle()
    assert bus.ledger().balanced
    assert not [topic for topic, _ in bus.topics if topic.startswith("rejects.")]
    subject = bus.subject(CODES["uscc"])
    assert subject is not None
    assert subject.held == 0
    (record,) = (record for key, record in bus.records(CODES["uscc"]).items() if "penalty" in key)
    content = bus.decode(record.content)["content"]
    assert record.state is RecordState.ACTIVE
    assert (content["CF_SY"], content["CF_NR_FK"], content["BZ"]) == ("丁", "0.9", "示例")
