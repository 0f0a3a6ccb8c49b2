"""The city of a campaign: it changes grants, classes of values and its day, at drawn moments, while faults strike."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from faults.pace import Pace
from faults.story import Story
from kafka.errors import KafkaError

from creditbus.avro_schemas import raw_catalogue
from creditbus.deploy.bus import apply_bus, plan_bus
from creditbus.topics.city import read_city, use_city
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UserError
from creditbus.topics.plan import apply
from tests.harness.city_folder import CityFolder
from tests.harness.city_past import CityPast
from tests.harness.consent_story import Receiver
from tests.harness.feeds import Grant
from tests.harness.view_changes import MIDNIGHT, ViewChanges

__all__ = ["FIRST_DAY", "City"]

#: What the events tell is of 2018; no rule of the catalogue ends what is published then.
FIRST_DAY = date(2019, 12, 1)

_AGENCY, _DISTRICT = "agency-xinda", "district-wuchang"
_STEADY = "department-housing"
"""It gets records whatever becomes of the others: what comes after a fault is seen in feeds."""
_SUBSCRIBERS = (_AGENCY, _STEADY, _DISTRICT)
_NEWCOMERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "district-jiangan": (_DISTRICT, {"districts": ["420102"]}),
    "bureau-audit": (_AGENCY, {"disclosure": "shared"}),
}
"""Subscribers that come later: which other one each is like, and what of its grant differs."""
_CODES: Mapping[str, str] = {
    _AGENCY: "11990100AF0000155D",
    _DISTRICT: "11990100AU0000889D",
    "district-jiangan": "11990100AU000090XQ",
    "bureau-audit": "11990100AU0000918Q",
}
"""By which consents name subscribers; the first is given records under consents alone, the others now and then."""
_FIRST_MOMENT, _LAST_MOMENT = 0.03, 0.95
"""Of the events, before the first change and before the last one."""
_LOOK_SECONDS = 0.1
_AGAIN_SECONDS = 1.0
_GIVE_UP_SECONDS = 300.0

Heard = Callable[[str], None]


class City(threading.Thread):
    """Changes its mind at drawn moments.

    Args:
        bus: that it declares to.
        folder: empty, for its files.
        pace: of the events.
        events: to be published in all.
        kinds: of the changes, in their order.
        random: draws moments, and what is changed.
        heard: hears of each change.

    Attributes:
        day: the file that holds its day.
        made: changes by their kind.
        failed: what went wrong, and it changed no more.

    """

    def __init__(
        self,
        bus: Connection,
        folder: Path,
        pace: Pace,
        events: int,
        kinds: Sequence[str],
        random: Random,
        heard: Heard,
    ) -> None:
        super().__init__(name="city", daemon=True)
        self.day = folder / "day"
        self.made: Counter[str] = Counter()
        self.failed: list[str] = []
        self._bus = bus
        self._pace = pace
        self._kinds = kinds
        self._random = random
        self._heard = heard
        self._moments = sorted(events * random.uniform(_FIRST_MOMENT, _LAST_MOMENT) for _ in kinds)
        self._folder = CityFolder(folder / "city")
        self._folder.grant(_AGENCY, consent=True)
        for name, (like, changes) in _NEWCOMERS.items():
            self._folder.grant(name, like, **{"consent": False, **changes})
        for name, code in _CODES.items():
            self._folder.write(f"subscribers/{name}", self._folder.read(f"subscribers/{name}") | {"uscc": code})
        self._receivers = [Receiver(code, self._grant(name)["purpose"]) for name, code in _CODES.items()]
        self._mind = ViewChanges(
            {name: self._grant(name) for name in _SUBSCRIBERS},
            {name: self._grant(name) for name in _NEWCOMERS},
            raw_catalogue(),
            FIRST_DAY,
            steady=[_STEADY],
            lasting=[_AGENCY],
        )

    @property
    def past(self) -> CityPast:
        """What it declared, and its day."""
        return self._mind.past

    def tells(self, random: Random, first: int, *, by_itself: bool = False) -> Story:
        """Make a story of its subjects; arguments as of one.

        One of the days on which publications and consents end is over at the start, and one does not come.

        """
        days = sum(kind == MIDNIGHT for kind in self._kinds)
        lasts = [FIRST_DAY + timedelta(number) for number in range(-1, days + 3)]
        return Story(random, first, lasts, self._receivers, by_itself=by_itself)

    @property
    def complete(self) -> bool:
        """Whether no more changes are to come."""
        return self.made.total() == len(self._kinds) or bool(self.failed)

    def found(self) -> None:
        """Declare the first version, and make the topics of those who come later: an observer is to see all of them."""
        use_city(read_city(self._folder.path))
        apply(self._bus, plan_bus(self._bus).servers)
        for name in _NEWCOMERS:
            self._folder.remove(f"subscribers/{name}")
        self._write_day()
        self._declare()

    def run(self) -> None:
        """Make the changes, each at its moment."""
        try:
            for kind, moment in zip(self._kinds, self._moments, strict=True):
                while self._pace.published < moment:
                    if self._pace.ended:
                        return
                    self._pace.pause(_LOOK_SECONDS)
                self.change(kind)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the campaign must hear of it
            self.failed.append(repr(error))

    def change(self, kind: str) -> None:
        """Make a change now."""
        events = self._pace.published
        made, said = self._mind.change(kind, self._random)
        if made == MIDNIGHT:
            self._write_day()
        else:
            self._write_files()
            self._declare()
        self.made[made] += 1
        self._heard(f"  change {self.made.total():3} at {events:7,} events  {made}: {said}")

    def open_again(self, names: Collection[str]) -> None:
        """Let the grants of subscribers go on that are over: a copy of an empty feed would prove little."""
        events = self._pace.published
        if over := self._mind.open_again(names):
            self._write_files()
            self._declare()
            self.made["grant begun"] += 1
            self._heard(f"  change {self.made.total():3} at {events:7,} events  grant begun: {over}")

    def _grant(self, name: str) -> Grant:
        subscriber = self._folder.read(f"subscribers/{name}")
        grant: Grant = subscriber["grant"]
        return grant | {"uscc": subscriber.get("uscc")}

    @staticmethod
    def _like(name: str) -> str:
        """Return the subscriber whose file is there from the beginning, and which one is like."""
        return name if name in _SUBSCRIBERS else _NEWCOMERS[name][0]

    def _write_day(self) -> None:
        scratch = self.day.with_suffix(".tmp")
        scratch.write_text(self._mind.on.isoformat(), encoding="ascii")
        scratch.replace(self.day)

    def _write_files(self) -> None:
        for name, grant in self._mind.versions[-1].grants.items():
            stated = {part: value for part, value in grant.items() if part not in {"declared", "feed", "uscc"}}
            own = {"id": name, "grant": stated} | ({"uscc": _CODES[name]} if name in _CODES else {})
            self._folder.write(f"subscribers/{name}", self._folder.read(f"subscribers/{self._like(name)}") | own)
        for overlay in (self._folder.path / "catalogue").glob("*.yaml"):
            overlay.unlink()
        for item, disclosed in self._mind.disclosed.items():
            self._folder.write(f"catalogue/{item}", {"disclosure": disclosed})

    def _declare(self) -> None:
        """Apply the files; what stands in the way goes by."""
        use_city(read_city(self._folder.path))
        version = self._applied()
        if version != self._mind.versions[-1].number:
            raise AssertionError(f"version {version} was declared, it is the {self._mind.versions[-1].number}th")

    def _applied(self) -> int:
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while True:
            try:
                return apply_bus(self._bus).version
            except (UserError, KafkaError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(_AGAIN_SECONDS)
