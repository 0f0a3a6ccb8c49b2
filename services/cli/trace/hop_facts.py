"""What `creditbus trace` says of each hop, as facts for a machine; its text is made of them.

Act, claim and content of the event are not among them: a trace may be shown to others, and `connector preview` shows a
value where it matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from creditbus.services.domain.city_time import CITY_ZONE
from creditbus.services.domain.event import record_key
from creditbus.services.domain.ledger import Outcome
from creditbus.services.local.audience import audience_of
from creditbus.services.local.bus import ConsumedRecord, LocalBus
from creditbus.services.local.contents import records_of, subject_of
from creditbus.services.local.places import place_of
from creditbus.services.local.watching import Hop, Sent, header_of
from creditbus.topics import names
from creditbus.topics.parties import Subscriber

__all__ = ["changes", "connector_hop", "stage_hop"]

#: The functions that see the event in each stage, as `services.local.places` names them.
_CONNECTOR = [("connectors.run.outgoing", "outgoing")]
_FUNCTIONS = {
    names.INTAKE.name: [("services.intake.examination", "Examiner.examine")],
    names.RESOLVER.name: [("services.resolver.step", "ResolverStep._resolve")],
    names.PROFILES.name: [("services.profiles.folding", "Folding.handle")],
    names.FANOUT.name: [("services.fanout.step", "FanoutStep._write")],
}
_PASSED = ("services.intake.step", "IntakeStep._pass_on")
_SENT_BACK = ("services.intake.step", "IntakeStep._send_back")
_SHOWN = ("services.fanout.showing", "Showing.of")


def connector_hop(published: ConsumedRecord, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the first hop: what the connector made of the row.

    Args:
        published: where it stands on the department's topic.
        event: decoded.
    """
    sent = {
        "topic": published.topic,
        "partition": published.partition,
        "key": _text(published.key),
        "header": changes({}, event["header"]),
    }
    return {"stage": "connector", "functions": _functions(_CONNECTOR), "from": None, "to": [sent]}


def stage_hop(bus: LocalBus, hop: Hop, subscribers: Iterable[Subscriber]) -> dict[str, Any]:
    """Return the facts of a hop through a stage; the bus is as the hop has left it."""
    facts: dict[str, Any] = {
        "stage": hop.stage,
        "functions": _functions(_called(hop)),
        "from": {"topic": hop.taken.topic, "partition": hop.taken.partition, "offset": hop.taken.offset},
        "to": [_sent(hop, one) for one in hop.sent if not one.topic.startswith(names.FEED)],
        "booked": [
            {"department": entry.department, "outcome": entry.outcome, "reason": entry.reason, "count": count}
            for entry, count in hop.booked
        ],
    }
    if _is_crosswalk_entry(hop.record):
        facts["takes"] = _crosswalk_entry(hop.record)
    if any(entry.outcome == Outcome.PARKED and count > 0 for entry, count in hop.booked):
        # under what it waits for: the code of its subject, or a legacy code after its scheme
        facts["waits"] = {"code": _text(hop.taken.key), "name": (header_of(hop.record) or {}).get("subject_name", "")}
    refused = [one.record for one in hop.sent if one.topic.startswith(names.REJECTS)]
    if refused:
        facts["refused"] = [_finding(bus, reject, finding) for reject in refused for finding in reject["findings"]]
    if hop.stage == names.PROFILES.name:
        facts["profile"] = _profile(bus, hop)
    if hop.stage == names.FANOUT.name:
        facts["feeds"] = [asdict(one) for one in audience_of(hop, bus.parts.catalogue, subscribers)]
    return facts


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the fields of a header that differ, each with its value before and after.

    A field of a part has a dotted name, such as `origin.row`. An empty header differs only in the fields that say
    something.
    """
    was, now = dict(_flat(before)), dict(_flat(after))
    return {
        name: [was.get(name), value]
        for name, value in now.items()
        if value != was.get(name) and (before or value not in (None, "", 0, False, []))
    }


def _flat(header: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in header.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, bytes):
            # hashes and ids; all zeros stand for none
            yield prefix + name, value.hex() if any(value) else None
        elif isinstance(value, datetime):
            # 1970 stands for none
            yield (
                prefix + name,
                value.astimezone(CITY_ZONE).isoformat(timespec="seconds") if value.timestamp() else None,
            )
        else:
            yield prefix + name, value


def _called(hop: Hop) -> list[tuple[str, str]]:
    called = list(_FUNCTIONS[hop.stage])
    if hop.stage == names.INTAKE.name:
        called.append(_SENT_BACK if any(one.topic.startswith(names.REJECTS) for one in hop.sent) else _PASSED)
    elif hop.stage == names.FANOUT.name and hop.sent:
        called.append(_SHOWN)
    return called


def _functions(called: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [asdict(place_of(*one)) for one in called]


def _sent(hop: Hop, sent: Sent) -> dict[str, Any]:
    facts: dict[str, Any] = {"topic": sent.topic, "partition": sent.partition, "key": _text(sent.key)}
    header = header_of(sent.record)
    if header is not None:
        facts["header"] = changes(header_of(hop.record) or {}, header)
    elif _is_crosswalk_entry(sent.record):
        facts["tells"] = _crosswalk_entry(sent.record)
    return facts


def _is_crosswalk_entry(record: Any) -> bool:
    """Tell whether a record is what a registration, or a profile, tells the resolver of a legacy code."""
    return "legacy_key" in record and "value" not in record


def _crosswalk_entry(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return whose a code is; `holds` is False where a profile says that it is this subject's no more."""
    return {"legacy_key": record["legacy_key"], "subject": record["subject"], "holds": record.get("holds", True)}


def _finding(bus: LocalBus, reject: Mapping[str, Any], finding: Mapping[str, Any]) -> dict[str, Any]:
    reason = bus.parts.catalogue.reason(finding["reason"])
    whose = {name: reject[name] for name in ("item", "department")}
    return {**finding, **whose, "sentence": reason and reason.sentence, "sentence_zh": reason and reason.zh}


def _profile(bus: LocalBus, hop: Hop) -> dict[str, Any]:
    # an act of one item changes a record of another: then the change names the record
    header: Any = next(filter(None, (header_of(one.record) for one in hop.sent)), header_of(hop.record))
    code, key = header["subject"], record_key(header)
    subject, record = subject_of(bus, code), records_of(bus, code).get(key)
    facts: dict[str, Any] = {"subject": code, "record": key, "state": None, "revision": None}
    if subject is not None:
        facts |= {
            "name": subject.name,
            "district": subject.district,
            "registered": subject.registered,
            "version": subject.version,
            "parked": subject.parked_to - subject.parked_from,
            "held": subject.held,
        }
    if record is not None:
        facts |= {"state": record.state.value, "revision": record.revision}
    return facts


def _text(key: bytes | None) -> str:
    return (key or b"").decode("utf-8", "replace")
