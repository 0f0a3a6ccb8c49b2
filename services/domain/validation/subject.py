"""Finds out whom an event is about, from the codes that the department gave.

The unified social credit code wins; without one, the legacy codes become keys for the resolver. Organisation code and
unified code of different subjects contradict each other and are refused.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.identifiers import citizen_id, legacy, uscc
from creditbus.services.domain.invisible import is_divided
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding
from creditbus.services.domain.validation.values import Values

__all__ = ["ClaimCheck", "Named", "divided_codes", "examine_person", "person_identifier"]

_KEYS: Mapping[str, Callable[[str], str | None]] = {
    "registration_no": legacy.registration_key,
    "organisation_code": legacy.organisation_key,
    "tax_no": legacy.tax_key,
    "institution_no": legacy.institution_key,
    "social_organisation_no": legacy.social_organisation_key,
}
Codes = Mapping[str, Any]
"""The claim: `Claim`, or a plain mapping of its fields to text or None."""

_IDENTITY_CARD = frozenset({"", "身份证", "居民身份证"})


class Named(NamedTuple):
    """The subject as its codes name it: a valid unified code, else keys of legacy codes; neither when refused."""

    uscc: str = ""
    legacy_keys: tuple[str, ...] = ()


class ClaimCheck:
    """The examination of the claim under one item."""

    __slots__ = ("_by_shape", "_code_field", "_column", "_identifiers", "_item", "_others")

    def __init__(self, item: Item) -> None:
        self._item = item
        self._code_field = item.code_field
        self._column = item.claims.get(item.code_field, item.code_field)
        # A tax number may have fifteen digits, too: in its own column it is never a registration number.
        self._by_shape = legacy.by_shape if item.code_field == "uscc" else _tax_or_organisation_key
        self._others = tuple((name, key) for name, key in _KEYS.items() if name != item.code_field)
        self._identifiers = tuple((field, _KEYS[name]) for name, field in item.identifiers.items())

    def examine(self, claim: Codes, findings: list[Finding]) -> Named:
        """Name the subject, or add what is wrong with its codes."""
        code = claim.get(self._code_field)
        if not code:
            return self._without_code(claim, findings)
        if len(code) != uscc.LENGTH:
            return self._by_legacy_code(code, claim, findings)
        reason = uscc.fault(code)
        if reason is None:
            organisation = claim.get("organisation_code")
            if organisation and _contradicts(organisation, code):
                findings.append(Finding(Reason.ID_CONFLICT, self._column_of("organisation_code")))
            return Named(code)
        # The upper-case form is a proposal for the department: nothing is stored under it.
        findings.append(Finding(reason, self._column, uscc.correction(code)))
        return Named()

    def crosswalk(
        self, code: str, claim: Codes, content: Values, findings: list[Finding]
    ) -> tuple[tuple[str, str], ...]:
        """Give the (legacy key, unified code) pairs that an event of an identifying item tells.

        An organisation code other than the one inside the unified code is a finding: passed on, it would give another
        subject's records to this one.
        """
        own = f"org:{uscc.organisation_code(code)}"
        keys = dict.fromkeys((own, *self._legacy_keys(claim)), self._column)
        keys |= {key: field for field, make in self._identifiers if (value := content[field]) and (key := make(value))}
        for key, field in keys.items():
            if key.startswith("org:") and key != own:
                findings.append(Finding(Reason.ID_CONFLICT, field))
        return tuple((key, code) for key in keys)

    def _by_legacy_code(self, code: str, claim: Codes, findings: list[Finding]) -> Named:
        key = self._by_shape(code)
        if key is None:
            findings.append(Finding(Reason.ID_LENGTH, self._column))
            return Named()
        return Named("", tuple(dict.fromkeys((key, *self._legacy_keys(claim)))))

    def _without_code(self, claim: Codes, findings: list[Finding]) -> Named:
        if self._item.code_mandatory:
            findings.append(Finding(Reason.MANDATORY_EMPTY, self._column))
            return Named()
        keys = tuple(dict.fromkeys(self._legacy_keys(claim)))
        if not keys:
            given = next((name for name, _ in self._others if claim.get(name)), None)
            findings.append(
                Finding(Reason.COND_SUBJECT_CODE_MISSING, self._column)
                if given is None
                else Finding(Reason.ID_LENGTH, self._column_of(given))
            )
        return Named("", keys)

    def _legacy_keys(self, claim: Codes) -> Iterator[str]:
        for name, make in self._others:
            value = claim.get(name)
            if value and (key := make(value)):
                yield key

    def _column_of(self, name: str) -> str:
        return self._item.claims.get(name, name)


def divided_codes(item: Item, claim: Codes) -> Iterator[Finding]:
    """Find the codes that a line end, a tab or another blank divides: nobody can say whether each is one code."""
    if "".join(filter(None, claim.values())).isprintable():
        return  # as nearly all are
    for name, value in claim.items():
        if value and is_divided(value):
            yield Finding(Reason.ID_CHARSET, item.claims.get(name, name))


def examine_person(item: Item, claim: Codes, findings: list[Finding]) -> None:
    """Examine the identifier of a natural person: an identity card's number is checked, another document's is not."""
    column = item.claims.get("person_id", "person_id")
    number = claim.get("person_id")
    if not number:
        findings.append(Finding(Reason.COND_SUBJECT_CODE_MISSING, column))
    elif _has_identity_card(claim) and (reason := citizen_id.fault(number)):
        findings.append(Finding(reason, column))


def person_identifier(claim: Codes) -> str:
    """Give what identifies the natural person of an admitted claim: both forms of an identity card's number are one."""
    number: str = claim.get("person_id") or ""
    return citizen_id.upgrade(number) if _has_identity_card(claim) else number


def _has_identity_card(claim: Codes) -> bool:
    return (claim.get("person_id_kind") or "") in _IDENTITY_CARD


def _contradicts(organisation: str, code: str) -> bool:
    key = legacy.organisation_key(organisation)
    return key is not None and key != f"org:{uscc.organisation_code(code)}"


def _tax_or_organisation_key(text: str) -> str | None:
    return legacy.tax_key(text) or legacy.organisation_key(text)
