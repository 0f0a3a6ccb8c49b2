"""Finds out who the second subject of a succession is, and that it is not the first."""

from creditbus.services.domain.catalogue import Item, Succession
from creditbus.services.domain.identifiers import legacy, uscc
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding
from creditbus.services.domain.validation.subject import Named
from creditbus.services.domain.validation.values import Values

__all__ = ["examine_successor"]


def examine_successor(
    item: Item, succession: Succession, predecessor: Named, content: Values, findings: list[Finding]
) -> bool:
    """Add what is wrong with the successor's code; tell whether it is a legacy code.

    Two legacy codes of different kinds may still be one subject's: the resolver sees that.
    """
    field = succession.successor
    code = content[field]
    if not code:
        return False  # mandatory: that finding is there already
    if len(code) != uscc.LENGTH:
        key = legacy.by_shape(code)
        if key is None:
            findings.append(Finding(Reason.ID_LENGTH, field))
            return False
        code = key
    elif reason := uscc.fault(code):
        findings.append(Finding(reason, field, uscc.correction(code)))
        return False
    elif kind_of(code) not in item.subject_kinds:
        findings.append(Finding(Reason.CAT_SUBJECT_KIND_NOT_ADMITTED, field))
    if code == predecessor.uscc or code in predecessor.legacy_keys:
        findings.append(Finding(Reason.ID_SAME_SUBJECT, field))
    return ":" in code
