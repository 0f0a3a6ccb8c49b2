"""What a city changes of its views, drawn from a seed: grants, classes of values, and its day."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from creditbus.avro_schemas import RawItem
from tests.harness.city_past import CityPast
from tests.harness.declaring import ITEMS, Version
from tests.harness.feeds import Declared, Grant
from tests.harness.traffic import DISTRICTS

__all__ = ["MIDNIGHT", "VIEW_CHANGES", "ViewChanges", "schedule_of"]

_FOR_GOOD = date(2099, 12, 31)
_PENALTY, _LIST = "administrative-penalty", "red-black-list"
_CLASSES: Mapping[str, Sequence[Mapping[str, Any] | None]] = {
    _PENALTY: (
        None,
        {"by_value": {"CF_CFLB": {"authorised": ["罚款"]}}},
        {"by_value": {"CF_CFLB": {"shared": ["罚款"]}}},
    ),
    _LIST: (
        None,
        {"by_value": {"MDLX": {"authorised": ["红"]}}},
        {"by_value": {"MDLX": {"shared": ["红"]}}, "withheld_unless_disclosed": "MDLX"},
    ),
}
"""Ways to disclose an item."""
_NARROWER: Mapping[str, Any] = {
    "fields": {_PENALTY: ["CF_CFLB", "CF_JDRQ", "CF_WSH"]},
    "masks": {_PENALTY: {"CF_NR": [1, 0]}},
}


class ViewChanges:
    """A city that changes its mind.

    Args:
        grants: of its first version, by subscriber, as their files state them.
        newcomers: grants of those who come later.
        items: the catalogue.
        on: the first day.
        number: of the first version.
        steady: whose grants stay as they are.
        lasting: whose grants never end, and need consents or not as they did in the beginning.

    Attributes:
        versions: what was declared, the oldest first.
        on: the city's day.

    """

    def __init__(
        self,
        grants: Mapping[str, Grant],
        newcomers: Mapping[str, Grant],
        items: Mapping[str, RawItem],
        on: date,
        number: int = 1,
        steady: Collection[str] = (),
        lasting: Collection[str] = (),
    ) -> None:
        self._steady = steady
        self._lasting = lasting
        self._since = on
        self._grants = {name: dict(grant) for name, grant in grants.items()}
        self._newcomers = {name: dict(grant) for name, grant in newcomers.items()}
        self._items = items
        self.disclosed: dict[str, Mapping[str, Any]] = {}
        """What is stated of an item's classes, where it is not as shipped."""
        self.on = on
        self.versions = [self._version(number)]

    @property
    def past(self) -> CityPast:
        return CityPast(self.versions, self.on, self._since)

    @property
    def _in_force(self) -> list[str]:
        """Subscribers whose grants are not over, and may become others."""
        return sorted(
            name for name, grant in self._grants.items() if grant["valid_until"] >= self.on and name not in self._steady
        )

    def change(self, kind: str, chance: Random) -> tuple[str, str]:
        """Make a change; return its kind, and a few words that say which.

        Where there is nothing to change in this way, a day passes.

        """
        said = VIEW_CHANGES[kind](self, chance)
        if not said:
            kind, said = MIDNIGHT, self._pass_a_day(chance)
        if kind != MIDNIGHT:
            self.versions.append(self._version(self.versions[-1].number + 1))
        return kind, said

    def open_again(self, names: Collection[str]) -> str:
        """Let grants go on that are over, or will be with the next midnight; return whose, empty where none is."""
        over = sorted(name for name in names if self._grants[name]["valid_until"] <= self.on)
        for name in over:
            self._grants[name] |= {"valid_from": self.on, "valid_until": _FOR_GOOD}
        if over:
            self.versions.append(self._version(self.versions[-1].number + 1))
        return ", ".join(over)

    def _version(self, number: int) -> Version:
        items = {
            name: RawItem(raw.schema, {**raw.entry, "disclosure": self.disclosed[name]})
            if name in self.disclosed
            else raw
            for name, raw in self._items.items()
        }
        declared = Declared(items)
        grants = {name: {**grant, "feed": f"feed.{name}", "declared": declared} for name, grant in self._grants.items()}
        return Version(number, declared, grants)

    def _narrow(self, chance: Random) -> str:
        if not self._in_force:
            return ""
        name = chance.choice(self._in_force)
        grant = self._grants[name]
        told = [item for item in ITEMS if item in grant["items"]]
        ways: dict[str, Any] = {}
        if len(told) > 1:
            left_out = chance.choice(told)
            ways["items"] = [item for item in grant["items"] if item != left_out]
        if grant["districts"] == ["all"]:
            ways["districts"] = [chance.choice(DISTRICTS)]
        if grant["disclosure"] != "public":
            ways["disclosure"] = "public"
        if _PENALTY in grant["items"] and not grant.keys() & _NARROWER.keys():
            ways |= _NARROWER
        return self._alter(name, ways, chance)

    def _widen(self, chance: Random) -> str:
        if not self._in_force:
            return ""
        name = chance.choice(self._in_force)
        grant = self._grants[name]
        ways: dict[str, Any] = {part: None for part in _NARROWER if part in grant}
        if lacking := [item for item in ITEMS if item not in grant["items"]]:
            ways["items"] = [*grant["items"], chance.choice(lacking)]
        if grant["districts"] != ["all"]:
            ways["districts"] = ["all"]
        if grant["disclosure"] != "authorised":
            ways["disclosure"] = "shared" if grant["disclosure"] == "public" else "authorised"
        return self._alter(name, ways, chance)

    def _alter(self, name: str, ways: Mapping[str, Any], chance: Random) -> str:
        if not ways:
            return ""
        grant, part = self._grants[name], chance.choice(sorted(ways))
        grant[part] = ways[part]
        if part == "items" and _PENALTY not in grant["items"]:
            for stated in _NARROWER:
                grant.pop(stated, None)
        if grant[part] is None:
            del grant[part]
        return f"{part} of {name}"

    def _end(self, chance: Random) -> str:
        names = [name for name in self._in_force if name not in self._lasting]
        if not names:
            return ""
        name = chance.choice(names)
        grant = self._grants[name]
        grant.pop("valid_from", None)
        # with the next midnight, or at once
        at_once = grant["valid_until"] == self.on or chance.random() < 0.5
        grant["valid_until"] = self.on - timedelta(at_once)
        return f"{name} until {grant['valid_until']}"

    def _begin(self, chance: Random) -> str:
        over = sorted(self._grants.keys() - set(self._in_force) - set(self._steady))
        names = sorted(self._newcomers) or over
        if not names:
            return ""
        name = chance.choice(names)
        if name in self._newcomers:
            self._grants[name] = self._newcomers.pop(name)
        grant = self._grants[name]
        grant["valid_until"] = _FOR_GOOD
        grant["valid_from"] = self.on + timedelta(chance.randint(0, 1))
        return f"{name} from {grant['valid_from']}"

    def _need(self, chance: Random) -> str:
        names = [name for name in self._in_force if name not in self._lasting and self._grants[name].get("uscc")]
        if not names:
            return ""
        name = chance.choice(names)
        grant = self._grants[name]
        grant["consent"] = not grant["consent"]
        return f"of {name}: {'needed' if grant['consent'] else 'needed no more'}"

    def _class(self, chance: Random) -> str:
        item = chance.choice(sorted(_CLASSES))
        others = [stated for stated in _CLASSES[item] if stated != self.disclosed.get(item)]
        stated = chance.choice(others)
        if stated is None:
            del self.disclosed[item]
        else:
            self.disclosed[item] = stated
        return f"of {item}"

    def _pass_a_day(self, chance: Random) -> str:  # noqa: ARG002 -- every change is called with it
        self.on += timedelta(1)
        return f"to {self.on}"


MIDNIGHT = "midnight"
VIEW_CHANGES: Mapping[str, Callable[[ViewChanges, Random], str]] = {
    "grant narrowed": ViewChanges._narrow,
    "grant widened": ViewChanges._widen,
    "grant ended": ViewChanges._end,
    "grant begun": ViewChanges._begin,
    "consents needed or not": ViewChanges._need,
    "class changed": ViewChanges._class,
    MIDNIGHT: ViewChanges._pass_a_day,
}


def schedule_of(chance: Random, count: int) -> list[str]:
    """Return the kinds of changes in their order: each once where there is room, the rest by chance."""
    kinds = list(VIEW_CHANGES)
    drawn = [*chance.sample(kinds, min(count, len(kinds))), *chance.choices(kinds, k=max(0, count - len(kinds)))]
    chance.shuffle(drawn)
    return drawn
