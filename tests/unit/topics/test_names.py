"""The names of topics and stages, against what topics.yaml declares."""

import pytest

from creditbus.topics import names
from creditbus.topics.declarations import declarations

DECLARED = declarations()
#: Every name that the code knows, those of one department or subscriber left out.
NAMES = {
    value for name in names.__all__ if isinstance(value := getattr(names, name), str) and value.strip(".") == value
}


def test_every_topic_has_one_name_in_the_code_and_in_topics_yaml() -> None:
    owned = [
        make(owner)
        for make, owners in (
            (names.ingest, DECLARED.departments),
            (names.rejects, DECLARED.departments),
            (names.feed, DECLARED.subscribers),
            (names.manifests, DECLARED.subscribers),
            (names.acks, DECLARED.subscribers),
        )
        for owner in owners
    ]
    assert sorted([*NAMES, *owned]) == sorted(DECLARED.topics)
    assert all(topic.startswith(names.OWN_PREFIXES) for topic in DECLARED.topics)


def test_each_stage_reads_what_an_earlier_one_writes_and_has_a_changelog_of_its_own() -> None:
    assert list(names.STAGES) == ["intake", "resolver", "profiles", "fanout"]
    for stage in names.STAGES.values():
        assert any(map(stage.reads, DECLARED.topics))
        assert DECLARED.topics[stage.changelog].config["cleanup.policy"] == "compact"
    assert len({stage.changelog for stage in names.STAGES.values()}) == len(names.STAGES)


@pytest.mark.parametrize(("topic", "department"), [("ingest.court", "court"), ("rejects.court", ""), ("ingest", "")])
def test_the_department_of_an_ingest_topic(topic: str, department: str) -> None:
    assert names.department_of(topic) == department
