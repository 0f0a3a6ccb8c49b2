"""A succession makes two records, one of each subject (docs/adr/0022-subject-succession.md).

Both hold the same content. Their document numbers tell them from the records of other pairs, and from each other:
``<notice>→<successor>`` in the predecessor's profile, ``<notice>←<predecessor>`` in the successor's.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from creditbus.services.domain.catalogue import Item, Succession
from creditbus.services.domain.event import FROM_PREDECESSOR, TO_SUCCESSOR, Claim, Content, Header, RecordState
from creditbus.services.domain.identifiers import legacy, uscc

__all__ = ["Side", "links", "of_successor", "sides", "successions", "successor_named"]

#: An arrow and a unified code.
_SUFFIX = 1 + uscc.LENGTH


class Side(NamedTuple):
    """One of the two records: what the header and the claim say in it."""

    subject: str
    document_no: str
    subject_name: str
    claim: Claim

    def __repr__(self) -> str:
        """Say nothing about the subject."""
        return "<Side>"


def successions(items: Iterable[Item]) -> dict[str, Succession]:
    """Give the successions of a catalogue, by item."""
    return {item.id: item.succession for item in items if item.succession is not None}


def successor_named(code: str) -> tuple[str, str]:
    """Give the unified code that a row's column holds, or else the key of the legacy code in it."""
    return (code, "") if uscc.fault(code) is None else ("", legacy.by_shape(code) or "")


def sides(
    succession: Succession, header: Header, claim: Claim, content: Content, codes: tuple[str, str]
) -> tuple[Side, Side, Content]:
    """Give the predecessor's and the successor's side, and the content of both, once both unified codes are known."""
    predecessor, successor = codes
    given = content[succession.successor]
    notice = header["document_no"].removesuffix(f"{TO_SUCCESSOR}{given}")
    no_codes: Claim = dict.fromkeys(claim)  # type: ignore[assignment] # its keys are those of a claim
    return (
        Side(predecessor, f"{notice}{TO_SUCCESSOR}{successor}", header["subject_name"], claim),
        Side(
            successor,
            f"{notice}{FROM_PREDECESSOR}{predecessor}",
            content[succession.successor_name] or "",
            {**no_codes, "uscc": given},
        ),
        {**content, succession.predecessor: predecessor, succession.successor: successor},
    )


def of_successor(document_no: str) -> bool:
    """Tell whether a succession's record is the successor's: the one that the ledger does not count."""
    return document_no[-_SUFFIX:].startswith(FROM_PREDECESSOR)


def links(
    known: Mapping[str, Succession], records: Iterable[tuple[str, str, str, Mapping[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Give the subjects whose place a subject took and those that took its place: direct links, by date.

    Args:
        known: the successions of the catalogue.
        records: item, document number, state and content of the subject's records.

    """
    found: dict[str, list[dict[str, Any]]] = {"predecessors": [], "successors": []}
    for item, document_no, state, content in records:
        succession = known.get(item)
        if succession is None or state != RecordState.ACTIVE:
            continue
        if of_successor(document_no):
            which, code, name = "predecessors", succession.predecessor, succession.predecessor_name
        else:
            which, code, name = "successors", succession.successor, succession.successor_name
        found[which].append(
            {
                "subject": content[code],
                "name": content.get(name) or "",
                "kind": content[succession.kind],
                "since": content[succession.since],
                "notice": document_no[:-_SUFFIX],
            }
        )
    return {which: sorted(listed, key=lambda link: (link["since"], link["subject"])) for which, listed in found.items()}
