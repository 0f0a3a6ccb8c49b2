"""What the store says last of a record's values, by which a plan judges whether it is shown."""

from dataclasses import replace
from typing import Any

import pytest

from creditbus.services.query.effects import last_said
from creditbus.topics.errors import UserError
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.traffic import message, party, registration, tax_grade
from tests.step_harness import Bus, machinery

_PARTY = party(1)
_ITEM = "tax-credit-grade"


@pytest.fixture(scope="module")
def bus() -> Bus:
    """One of one enterprise, and its grade."""
    made = Bus(machinery())
    wire = MemoryWire(made)
    publish(made, [message(wire, 1, registration(_PARTY, "虚构经营范围")), message(wire, 2, tax_grade(_PARTY, "A"))])
    made.settle()
    return made


def said(bus: Bus, grade: str, version: int) -> bytes:
    """Make the event of a grade as profiles emits it as this version of the subject's profile."""
    codec = machinery().codec
    opened = codec.open(bus.read("credit.changes")[-1].value or b"")
    assert opened.header["item"] == _ITEM
    header: Any = opened.header
    act, claim, content, _ = codec.read_body(_ITEM, opened.body)
    body, _ = codec.write_body(_ITEM, act, claim, {**content, "XYDJ": grade})
    header["applied"]["version"] = version
    return codec.seal(header, body)


@pytest.mark.parametrize(
    ("content", "act", "grade"),
    [
        (("A", 2), None, "A"),
        (("A", 2), ("B", 3), "B"),
        (("A", 4), ("B", 3), "A"),
        (("A", 3), ("B", 3), "B"),
    ],
)
def test_the_event_that_was_emitted_last_counts(
    bus: Bus, content: tuple[str, int], act: tuple[str, int] | None, grade: str
) -> None:
    (record,) = (one for name, one in bus.records(_PARTY.code).items() if name.startswith(_ITEM))
    stored = replace(record, content=said(bus, *content), act=b"" if act is None else said(bus, *act))
    assert last_said(machinery().schemas, _ITEM, stored, {"XYDJ"}) == {"XYDJ": grade}
    assert last_said(machinery().schemas, _ITEM, stored, {"XYDJ", "NEW"})["NEW"] is None, "a field of a planned version"
    for strange in (b"", b"\0\0\0\xff\xff" + stored.content[5:], stored.content[:7]):
        with pytest.raises(UserError, match="registry that the bus writes with"):
            last_said(machinery().schemas, _ITEM, replace(stored, content=strange), {"XYDJ"})
