"""What is done aside is done in its order, and an error there is raised where the work was given."""

from __future__ import annotations

import threading

import pytest

from creditbus.services.subscriber.snapshot.aside import Aside


def test_it_is_done_in_order_in_another_thread() -> None:
    done: list[tuple[int, bool]] = []
    with Aside() as aside:
        for number in range(30):
            aside.do(lambda at: done.append((at, threading.current_thread() is threading.main_thread())), number)
        aside.finish()
    assert done == [(number, False) for number in range(30)]


def test_an_error_is_raised_and_what_waits_is_dropped() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise OSError(28, "No space left on device")
        done.append(number)

    def given() -> None:
        with Aside() as aside:
            for number in range(100):
                aside.do(work, number)

    with pytest.raises(OSError, match="No space left"):
        given()
    assert len(done) < 9
