"""Versions of what a city declares: the same city comes back, and what one changes is named."""

from __future__ import annotations

import gzip
import json
from random import Random

import pytest
import yaml

from creditbus.avro_schemas import raw_catalogue
from creditbus.topics.city import example_city
from creditbus.topics.city.adoptions import Adoption, version_at
from creditbus.topics.city.published import PublishedCity, changes_between, files_of, with_closed
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError


def test_a_city_comes_back_as_it_was_published() -> None:
    files = files_of(example_city())
    found = PublishedCity.decode(*PublishedCity(3, 1_700_000_000_000, files).encode())
    assert found is not None
    assert (found.version, found.published_ms, found.files) == (3, 1_700_000_000_000, files)
    city = found.city()
    assert declarations(city.root) == declarations()
    assert raw_catalogue(city.catalogue) == raw_catalogue()
    assert city.version == 3


def test_errors_of_a_published_city_name_version_and_file() -> None:
    files = files_of(example_city()) | {"departments/court.yaml": "id: court\n"}
    with pytest.raises(ConfigurationError, match=r"^version 3: departments/court\.yaml:1: name: is missing"):
        declarations(PublishedCity(3, 0, files).city().root)


def test_another_record_is_no_version() -> None:
    assert PublishedCity.decode(b"other", b"{}") is None
    assert PublishedCity.decode(None, None) is None


def test_a_version_of_a_newer_creditbus_is_refused_by_name() -> None:
    value = gzip.compress(json.dumps({"format": 2}).encode())
    with pytest.raises(ConfigurationError, match=r"version 8 of the declarations on the bus.*newer"):
        PublishedCity.decode(b"version/8", value)


def test_what_no_record_can_hold_is_refused_before_it_is_sent() -> None:
    chance = Random(1)
    noise = {f"{number}.yaml": chance.randbytes(20_000).hex() for number in range(60)}
    with pytest.raises(ConfigurationError, match="more than the 1,000,000 of a record"):
        PublishedCity(1, 0, noise).encode()


def test_the_digest_is_that_of_the_files() -> None:
    assert PublishedCity(1, 5, {"a": "x", "b": "y"}).digest == PublishedCity(2, 6, {"b": "y", "a": "x"}).digest
    assert PublishedCity(1, 5, {"a": "x"}).digest != PublishedCity(1, 5, {"a": "y"}).digest


def test_changes_are_named_file_by_file() -> None:
    before, after = {"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}
    assert [(one.mark, one.path) for one in changes_between(before, after)] == [("-", "a"), ("~", "c"), ("+", "d")]


def test_an_item_that_is_left_out_is_closed_and_not_forgotten() -> None:
    before = {
        "city.yaml": "old",
        "departments/gone.yaml": "x",
        "catalogue/kept/item.yaml": "id: kept\nentitled: [a]\n",
        "catalogue/gone/item.yaml": "id: gone\nentitled: [a]\nentitled_roles: [b]\ntitle: {zh: 甲}\n",
        "catalogue/gone/v1.avsc": "{}",
    }
    after = {"city.yaml": "new", "catalogue/kept/item.yaml": "id: kept\nentitled: [c]\n"}
    found = with_closed(before, after)
    assert found == {
        **after,
        "catalogue/gone/item.yaml": found["catalogue/gone/item.yaml"],
        "catalogue/gone/v1.avsc": "{}",
    }
    assert yaml.safe_load(found["catalogue/gone/item.yaml"]) == {"id": "gone", "title": {"zh": "甲"}, "closed": True}
    assert with_closed(found, after) == found
    assert with_closed(found, before) == before


def test_a_record_is_judged_by_the_newest_version_that_its_lane_had_taken_up_before_it() -> None:
    taken = [
        Adoption("intake", 3, 1, {"ingest.a": 0, "ingest.b": 5}),
        Adoption("intake", 3, 2, {"ingest.a": 10, "ingest.b": 5}),
        Adoption("intake", 3, 2, {"ingest.a": 12, "ingest.b": 9}),  # acquired again
        Adoption("intake", 2, 3, {"ingest.a": 0}),
        Adoption("fanout", 3, 4, {"credit.changes": 0}),
    ]
    found = [Adoption.decode(one.encode()[1]) for one in taken]
    assert found == taken
    assert len({one.encode()[0] for one in taken}) == len(taken)
    assert [version_at(found, "intake", "ingest.a", 3, offset) for offset in (0, 9, 10, 11, 12, 99)] == [
        1,
        1,
        2,
        2,
        2,
        2,
    ]
    assert [version_at(found, "intake", "ingest.b", 3, offset) for offset in (4, 5)] == [0, 2]
    assert version_at(found, "intake", "ingest.c", 3, 7) == 0
