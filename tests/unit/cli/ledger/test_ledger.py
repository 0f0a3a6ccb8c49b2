"""What `creditbus ledger` says of records that nobody has read, in both languages, and its exit code."""

from __future__ import annotations

import time
from typing import Any

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.domain.ledger import Bookings, Ledger, Outcome
from creditbus.services.domain.statements import Acceptance, Publication, Statement
from creditbus.services.query.accounts import Accounts
from creditbus.services.query.backlog import StageBacklog, TopicBacklog

_ORIGIN: Any = {"department": "court", "run": "run", "file": "a.csv", "sheet": "", "row": 1}
_STAGES = ("intake", "resolver", "profiles", "fanout")


class _Bus:
    def __init__(self) -> None:
        self.said: list[Statement] = [Publication("court", "run", 12)]
        self.bookings = Bookings()
        self.bookings.book(_ORIGIN, "item", Outcome.RECEIVED, count=12)
        self.bookings.book(_ORIGIN, "item", Outcome.APPLIED, "NEW", 12)
        self.topics: dict[str, TopicBacklog] = {}
        self.members = 1
        self.through = True

    @property
    def accounts(self) -> Accounts:
        ledger = Ledger()
        ledger.add(self.bookings.deltas())
        stages = [
            StageBacklog(stage, self.members, 4, 4, tuple(filter(None, [self.topics.get(stage)]))) for stage in _STAGES
        ]
        return Accounts(self.said, stages, ledger, through=self.through)

    def waits(self, stage: str, topic: str, records: int, *, exact: bool = True, read: bool = True) -> None:
        hour_ago = int(time.time() * 1000) - 3_600_000
        self.topics[stage] = TopicBacklog(topic, records, exact, hour_ago, 0, read)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> _Bus:
    bus = _Bus()

    async def read(_: object) -> Accounts:
        return bus.accounts

    monkeypatch.setattr("creditbus.services.query.ledger.read_accounts", read)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    return bus


def _said(capsys: pytest.CaptureFixture[str], code: int, *options: str) -> list[str]:
    assert cli.main(["ledger", *options]) == code
    return capsys.readouterr().out.splitlines()


def test_what_waits_is_told_by_stage_and_topic_and_for_how_long(bus: _Bus, capsys: pytest.CaptureFixture[str]) -> None:
    bus.said.append(Publication("court", "later", 28))
    bus.waits("intake", "ingest.court", 28)
    bus.waits("fanout", "credit.events", 40, exact=False, read=False)
    lines = _said(capsys, 1)
    assert lines[1].split() == ["court", "40", "28", "0", "12", "12", *"00000", "NO"]
    assert lines[2:] == [
        "intake: 28 records of ingest.court unread, the oldest for 1 h",
        "fanout: at most 40 records of credit.events unread, the oldest for 1 h; no worker reads all of its partitions",
        "run later: 0 received of 28 published",
        "NOT BALANCED: at most 68 records waiting unread",
    ]
    assert _said(capsys, 1, "--lang", "zh")[-1] == "不平衡：至多 68 条未读"


def test_who_nobody_works_for_is_told_whatever_the_balance(bus: _Bus, capsys: pytest.CaptureFixture[str]) -> None:
    bus.members = 0
    named = ["no worker runs: intake, resolver, profiles, fanout", "balanced"]
    assert _said(capsys, 0)[-2:] == named
    bus.waits("intake", "ingest.court", 1)
    assert "intake: 1 record of ingest.court unread, the oldest for 1 h; no worker runs intake" in _said(capsys, 1)


def test_what_expired_is_told_until_somebody_has_seen_to_it(bus: _Bus, capsys: pytest.CaptureFixture[str]) -> None:
    bus.said.append(Publication("court", "later", 28))
    bus.bookings.book_loss("court", "ingest.court", Outcome.EXPIRED_UNREAD, 31)
    bus.bookings.book_loss("", "credit.changes", Outcome.EXPIRED_UNREAD, 9)
    lines = _said(capsys, 1)
    assert lines[1].split()[:4] == ["court", "40", "0", "28"]
    assert [line.partition(";")[0] for line in lines[2:4]] == [
        "ingest.court: 28 records expired before they were read",
        "credit.changes: at most 9 records expired before they were read",
    ]
    assert lines[-1] == "NOT BALANCED: at most 37 records expired unread"
    assert _said(capsys, 1, "--lang", "zh")[-1] == "不平衡：至多 37 条未读即过期"
    bus.said.append(Acceptance("court", "ingest.court", 31, 0, "sent again", 1))
    bus.said.append(Acceptance("", "credit.changes", 9, 0, "told to all", 1))
    lines = _said(capsys, 0)
    assert "ingest.court: 28 expired unread, accepted: sent again" in lines
    assert lines[-1] == "balanced"


def test_a_loss_is_accepted_with_a_reason_and_only_where_there_is_one(
    bus: _Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    bus.bookings.book_loss("", "credit.changes", Outcome.TOPIC_RECREATED, 4)
    lines = _said(capsys, 1)
    assert "credit.changes was created again; what was unread of the one before is not known" in lines[2]
    assert lines[-1] == "NOT BALANCED: credit.changes created again, nobody knows what was unread"
    assert cli.main(["ledger", "--accept-loss", "credit.changes"]) == 2
    assert "--reason: is not given" in capsys.readouterr().err
    assert cli.main(["ledger", "--accept-loss", "ingest.court", "--reason", "why"]) == 2
    assert "topics that have: credit.changes" in capsys.readouterr().err


def test_a_ledger_that_could_not_be_read_to_its_end_says_so(bus: _Bus, capsys: pytest.CaptureFixture[str]) -> None:
    bus.through = False
    assert _said(capsys, 1)[-1] == "NOT BALANCED: the ledger's end is behind a transaction: ask again"


def test_what_was_published_and_is_nowhere_is_told(bus: _Bus, capsys: pytest.CaptureFixture[str]) -> None:
    bus.said.append(Publication("court", "later", 3))
    assert _said(capsys, 1)[-1] == "NOT BALANCED: 3 records published and nowhere"
