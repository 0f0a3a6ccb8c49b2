"""Makes registrations, so that a row whose subject a real bus knows does not have to wait on an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from creditbus.connectors.contract import Row
from creditbus.connectors.mapping.compiler import RowMapper
from creditbus.connectors.mapping.model import MappingModel
from creditbus.connectors.mapping.plan import resolve
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.setup.documents import validated
from creditbus.connectors.setup.templates import template_document
from creditbus.services.domain.identifiers import uscc
from creditbus.services.local.bus import LocalBus

__all__ = ["MadeRegistration", "made_for", "publish"]

_DEPARTMENT = "market-supervision"
_NAME = "示例主体"
#: Of a made code: it begins with 99, as of everything that is made.
_DIVISION = "990100"
#: How a made code begins, and which column of the table of codes names the legacy one, by the scheme of that.
_BEGINS = {"org": "91", "reg": "91", "inst": "12", "soc": "51"}
_COLUMNS = {"org": "ORGCODE", "reg": "REGNO", "inst": "INSTNO", "soc": "SOCNO"}


@dataclass(frozen=True, slots=True)
class MadeRegistration:
    """A registration that no department has published."""

    subject: str
    """The unified code that is registered."""
    legacy_key: str
    """The legacy code that it names, with its scheme; empty: none."""
    name: str
    district: str
    """The digits of the code stand in for the district that a real registration states."""


def made_for(waits_for: str, name: str) -> MadeRegistration | None:
    """Make what an event waits for.

    Args:
        waits_for: the key under which it waits: a unified code, or a legacy code after its scheme (`org:72469068-4`).
        name: what the row calls the subject; may be empty.

    Returns:
        None for a key of another form.

    """
    if uscc.fault(waits_for) is None:
        return MadeRegistration(waits_for, "", name or _NAME, waits_for[2:8])
    scheme, _, code = waits_for.partition(":")
    if scheme not in _BEGINS:
        return None
    # a unified code holds the subject's organisation code, and may not contradict it
    own = code if scheme == "org" else f"FC{crc32(waits_for.encode()) % 1_000_000:06}0"
    body = f"{_BEGINS[scheme]}{_DIVISION}{own}"
    return MadeRegistration(body + uscc.check_character(body), waits_for, name or _NAME, _DIVISION)


def publish(bus: LocalBus, registration: MadeRegistration) -> None:
    """Publish a registration, and what it says about a legacy code, as the department's connector would."""
    for template, cells in _rows(registration):
        _publish_row(bus, template, cells)
    bus.settle()


def _rows(one: MadeRegistration) -> Iterator[tuple[str, dict[str, str]]]:
    yield "registration", {"ENTNAME": one.name, "UNISCID": one.subject, "DOMDISTRICT": one.district}
    scheme, _, code = one.legacy_key.partition(":")
    if scheme:
        yield "subject-identifiers", {"UNISCID": one.subject, _COLUMNS[scheme]: code}


def _publish_row(bus: LocalBus, template: str, cells: dict[str, str]) -> None:
    document = template_document(template)
    mapping = validated(MappingModel, document)
    item = bus.parts.catalogue.items[mapping.item]
    mapper = RowMapper(resolve(mapping, document, item, Path()), item, _DEPARTMENT)
    row = Row(cells, file="", sheet="", row=1, position={})
    message = Encoder(item.id, bus.parts.registry).event(mapper(row, "made"))
    bus.publish_bytes(_DEPARTMENT, message.key, message.value)
