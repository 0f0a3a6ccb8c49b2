"""The words of grants, against those of the domain: topics and domain do not know each other."""

from creditbus.services.domain.catalogue import Disclosure
from creditbus.services.domain.event import SubjectKind
from creditbus.topics.parties import DISCLOSURES, SUBJECT_KINDS


def test_a_grant_speaks_of_the_kinds_and_classes_of_the_domain() -> None:
    assert list(SUBJECT_KINDS) == [kind.value for kind in SubjectKind if kind is not SubjectKind.UNSTATED]
    assert list(DISCLOSURES) == [disclosure.value for disclosure in Disclosure]
