"""Lanes of a stage take turns at small transactions."""

import asyncio

import pytest

from creditbus.services.engine import turns as module
from creditbus.services.engine.turns import Turns


def test_one_after_the_other_in_the_order_of_asking() -> None:
    async def scenario() -> None:
        turns, order = Turns(1), []

        async def lane(name: str) -> None:
            end = await turns.take()
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")
            end()
            end()

        await asyncio.gather(lane("a"), lane("b"), lane("c"))
        assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]

    asyncio.run(scenario())


def test_who_hangs_does_not_hold_up_the_others_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.0)

    async def scenario() -> None:
        turns = Turns(1)
        hanging = await turns.take()
        impatient = await turns.take()
        impatient()
        hanging()
        next_end = await asyncio.wait_for(turns.take(), 5)
        next_end()

    asyncio.run(scenario())
