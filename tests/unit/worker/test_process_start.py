"""A worker that starts before its servers do."""

import asyncio
import logging

import pytest
from prometheus_client import REGISTRY

from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.worker.process import _until_up
from creditbus.topics.errors import UnavailableError

STAGE = "starting"
SETTINGS = EngineSettings(pause_seconds=0.001)


def shown(dependency: str) -> float:
    labels = {"stage": STAGE, "dependency": dependency}
    return REGISTRY.get_sample_value("creditbus_stage_waiting", labels) or 0.0


def test_it_says_once_what_it_waits_for_and_once_that_it_is_there(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    away = DependencyDownError.of(
        "registry", UnavailableError("registry at http://here", "does not answer", "start it")
    )
    answers = [away, away, away]
    seen = []

    async def call() -> str:
        seen.append(shown("registry"))
        if answers:
            raise answers.pop()
        return "up"

    async def scenario() -> None:
        assert await _until_up(call, SETTINGS, asyncio.Event(), [STAGE]) == "up"

    asyncio.run(scenario())
    assert seen == [0, 1, 1, 1]
    assert shown("registry") == 0
    assert [record.message for record in caplog.records] == [
        "wait for registry: registry at http://here: does not answer; start it",
        "registry is back",
    ]
