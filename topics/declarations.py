"""Everything that is declared about topics, departments and subscribers, read once and checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from creditbus.topics import messages
from creditbus.topics.city.current import City, current_city
from creditbus.topics.city.settings import CITY_FILE, CitySettings, read_settings
from creditbus.topics.document import Section, read
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.parties import Department, Subscriber, read_department, read_subscriber
from creditbus.topics.topic import Topic, TopicDefaults, read_class

__all__ = ["Declarations", "declarations", "declared_subscribers"]

_CLASS = "class"
_ID = "*"
_TOPICS_FILE = "topics.yaml"
_Party = TypeVar("_Party", Department, Subscriber)


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the bus is made of, by name.

    Attributes:
        departments: by id.
        subscribers: by id.
        topics: by topic name, those of departments and subscribers included.
    """

    departments: Mapping[str, Department]
    subscribers: Mapping[str, Subscriber]
    topics: Mapping[str, Topic]


def declarations(directory: Traversable | None = None) -> Declarations:
    """Read `departments/*.yaml`, `subscribers/*.yaml`, `city.yaml`, and `topics.yaml` of this package.

    Args:
        directory: where they are; those of the current city when None, which are read once. It may have a `topics.yaml`
            of its own.

    Raises:
        ConfigurationError: names file, line and key of the first thing that is wrong.
    """
    return _of_city(current_city()) if directory is None else _read(directory)


@lru_cache(maxsize=4)
def _of_city(city: City) -> Declarations:
    return _read(city.root)


def _read(root: Traversable) -> Declarations:
    departments = {party.id: party for party in _parties(root / "departments", read_department)}
    if not departments:
        raise ConfigurationError(str(root / "departments"), messages.NOT_THERE(), messages.ONE_FILE_EACH())
    subscribers = {party.id: party for party in declared_subscribers(root)}
    settings = read_settings(root / CITY_FILE)
    own = root / _TOPICS_FILE
    section = read(own if own.is_file() else files("creditbus.topics") / _TOPICS_FILE)
    topics = {topic.name: topic for topic in _topics(section, settings, departments, subscribers)}
    _check_same_partitions(section, topics)
    section.finish()
    return Declarations(departments, subscribers, topics)


def declared_subscribers(root: Traversable) -> Iterator[Subscriber]:
    """Read the subscribers of a city's folder; errors as of `declarations`."""
    return _parties(root / "subscribers", read_subscriber)


def _parties(directory: Traversable, read_one: Callable[[Section, str], _Party]) -> Iterator[_Party]:
    if not directory.is_dir():
        return
    for file in sorted(directory.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            yield read_one(read(file), file.name.removesuffix(".yaml"))


def _topics(
    section: Section,
    settings: CitySettings,
    departments: Mapping[str, Department],
    subscribers: Mapping[str, Subscriber],
) -> Iterator[Topic]:
    defaults = TopicDefaults.read(section.section("defaults")).of_city(settings.partitions, settings.replication)
    class_sections = section.section("classes")
    classes = {name: read_class(class_sections.section(name)) for name in class_sections}
    families = (("topics", None), ("per_department", departments), ("per_subscriber", subscribers))
    for key, owners in families:
        family = section.section(key)
        for prefix in family:
            entry = family.section(prefix)
            class_name = entry.choice(_CLASS, classes)
            partitions = entry.number("partitions", 1, defaults.partitions)
            entry.finish()
            named = prefix if _ID in prefix or owners is None else f"{prefix}.{_ID}"
            names = [named] if owners is None else [named.replace(_ID, owner) for owner in owners]
            for name in names:
                yield defaults.topic(name, class_name, partitions, classes[class_name])


def _check_same_partitions(section: Section, topics: Mapping[str, Topic]) -> None:
    for group in section.text_lists("same_partitions"):
        members = [topic for topic in topics.values() if any(_matches(topic.name, name) for name in group)]
        if len({topic.partitions for topic in members}) > 1:
            counts = ", ".join(f"{topic.name} {topic.partitions}" for topic in members)
            raise section.wrong("same_partitions", messages.DOES_NOT_HOLD(counts=counts), messages.SAME_NUMBER())


def _matches(name: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(re.escape(_ID), "[^.]+"), name) is not None
