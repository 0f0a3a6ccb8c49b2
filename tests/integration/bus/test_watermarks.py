"""Watermarks of departments on a bus at work, and manifests of a silent feed that say them."""

from __future__ import annotations

import time

from creditbus.services.domain.evidence.watermark import CLOCK_MARGIN_MS
from creditbus.services.evidence.keys import create_key
from creditbus.services.evidence.rounds import signing_rounds
from creditbus.services.evidence.watermarks import present_watermarks
from creditbus.topics.declarations import declarations
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer

_NAME = "agency-xinda"


def test_a_working_bus_is_in_up_to_a_moment_ago_and_a_silent_feed_gets_a_manifest_that_says_so(
    live: Observer,
) -> None:
    bus = live.wire.bus
    key = create_key(bus.home, "credit.example", "ed25519")
    for seed, silent in ((7, False), (0, True)):
        if not silent:
            live.wire.publish(Traffic(seed, 60).messages(live.wire))
            live.settle()
        asked_ms = int(time.time() * 1000)
        (signed,) = signing_rounds(
            lambda: (bus, [_NAME]),
            key,
            # each moment is an interval of its own, so that the second manifest is due
            0.001,
            clock=time.time,
            wait=lambda _: True,
            watermarks=present_watermarks,
        )
        assert signed.error is None
        assert signed.manifest is not None
        assert (signed.manifest.records == 0) == silent
        assert signed.manifest.watermarks.keys() == declarations().departments.keys()
        assert min(signed.manifest.watermarks.values()) >= asked_ms - CLOCK_MARGIN_MS
