"""Lines of a worker's log that are more than information."""

from pathlib import Path

from tests.harness.log_tail import LogTail

_LINES = (
    "2026-11-28 16:55:51,441 INFO    creditbus.services.engine.run.range_owner intake/0-1: acquired in 1.01 s\n"
    "2026-11-28 16:56:17,232 WARNING creditbus.services.engine.run.backoff resolver/0-1: wait for kafka: away\n"
    "2026-11-28 16:56:17,931 ERROR   faust.transport.consumer crashed\n"
    "Traceback (most recent call last):\n"
)


def test_every_line_above_information_is_told_and_counted_once(tmp_path: Path) -> None:
    log, told = tmp_path / "worker.log", list[str]()
    tail = LogTail(log, told.append)
    log.write_text(_LINES[:250], encoding="utf-8")  # half a line
    tail.look()
    log.write_text(_LINES, encoding="utf-8")
    tail.look()
    tail.look()
    assert tail.counts == {
        "WARNING creditbus.services.engine.run.backoff": 1,
        "ERROR faust.transport.consumer": 1,
        "other": 1,
    }
    assert tail.alarming == 2
    assert [line.split(": ", 1)[1][:5] for line in told] == ["2026-", "2026-", "Trace"]


def test_of_one_kind_the_first_few_are_told_and_all_counted(tmp_path: Path) -> None:
    log, told = tmp_path / "worker.log", list[str]()
    log.write_text("2026-11-28 16:56:17,931 ERROR   faust.transport.consumer crashed\n" * 40, encoding="utf-8")
    tail = LogTail(log, told.append)
    tail.look()
    assert tail.alarming == 40
    assert len(told) == 5
