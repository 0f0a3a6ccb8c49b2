"""The rules that intake applies refuse exactly the rows that were made to be refused."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from creditbus.connectors.contract import Row
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.deploy.demo.departments import DELIVERIES, Delivery, configure
from creditbus.deploy.demo.generate import generate
from creditbus.deploy.demo.sample import samples
from creditbus.deploy.demo.truth import Truth

_TODAY = date(2019, 12, 31)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, dict[Delivery, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    truth = generate(folder / "data", seed=11, scale=0.2)
    return truth, configure(folder / "data", folder / "connectors.d")


@pytest.mark.parametrize("delivery", DELIVERIES, ids=lambda delivery: delivery.file)
def test_validation_agrees_with_the_truth(generated: tuple[Truth, dict[Delivery, Path]], delivery: Delivery) -> None:
    truth, configurations = generated
    expected = truth.files[delivery.file]
    found = preview(load_connector(configurations[delivery]), _TODAY)
    assert found.rows == expected.fates.total()
    assert Counter(found.reasons) == expected.reasons, found.shown[:5]
    assert (expected.department, expected.item) == (delivery.department, delivery.item)


def test_every_column_is_recognised(generated: tuple[Truth, dict[Delivery, Path]]) -> None:
    for configuration in generated[1].values():
        (columns,) = preview(load_connector(configuration), _TODAY, limit=1).columns
        assert columns.unknown == ()
        assert columns.missing == ()


def test_a_stated_district_is_taken_as_it_stands(generated: tuple[Truth, dict[Delivery, Path]]) -> None:
    (registration,) = (file for delivery, file in generated[1].items() if delivery.file == "registration.csv")
    connector = load_connector(registration)
    rows = [row for row in connector.open().read(None) if isinstance(row, Row)]
    stated = [str(row.cells["住所所在行政区划"]).strip() for row in rows]
    assert [connector.mapper(row, "run").event["content"]["DOMDISTRICT"] for row in rows] == stated


def test_some_rows_need_repair(generated: tuple[Truth, dict[Delivery, Path]]) -> None:
    by_sample = {sample.file for sample in samples()}  # each too small to be sure of one
    repaired: Counter[str] = Counter()
    for delivery, configuration in generated[1].items():
        counted = "a sample" if delivery.file in by_sample else delivery.file
        repaired[counted] += preview(load_connector(configuration), _TODAY).normalised
    assert [file for file, rows in repaired.items() if not rows] == ["legacy_codes.csv"]
