"""The samples of the demonstration speak of the catalogue, the departments and the mappings that there are."""

import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.setup.templates import template_document
from creditbus.deploy.demo.sample import Sample, samples
from creditbus.services.domain.catalogue import Catalogue
from tests.examples import PUBLISHERS

CATALOGUE = Catalogue.parse(raw_catalogue())


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.item)
def test_a_sample_names_what_there_is(sample: Sample) -> None:
    item = CATALOGUE.items[sample.item]
    authorities = PUBLISHERS[item.id][sample.department]
    assert authorities is None or sample.authority.uscc in authorities
    assert template_document(sample.mapping).value["item"] == sample.item
    assert set(sample.fields) | set(sample.ends) <= set(item.fields)


def test_an_authority_has_one_code() -> None:
    codes = {(sample.authority.name, sample.authority.uscc) for sample in samples()}
    assert len(codes) == len({name for name, _ in codes}) == len({code for _, code in codes})
