"""A subject's profile as it was known at a moment, and what of it was in force on a day: from what the store keeps.

Known at a moment is what follows from the events that the bus had received by then (docs/adr/0041-history.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from creditbus.services.domain.city_time import city_moment
from creditbus.services.domain.profile.history import decode_superseded, numbers_kept
from creditbus.services.domain.profile.in_force import Absence, Lifetime, absence
from creditbus.services.domain.profile.keys import record_store_key, subject_key, superseded_key
from creditbus.services.domain.profile.past_registrations import PastRegistrations
from creditbus.services.domain.profile.record import Record
from creditbus.services.domain.profile.stored_record import decode_record
from creditbus.services.domain.profile.subject import Subject, decode_subject
from creditbus.services.query.profile import ProfileReader
from creditbus.services.query.record_past import RecordPast, ToldPhase, past_of, registrations_of
from creditbus.topics.names import PROFILES

__all__ = ["past_profile"]

#: After every moment.
_NOW: Final = (1 << 63) - 1
#: Records whose kept past is read at once.
_AT_ONCE: Final = 64
#: What a term says that has no end (creditbus.Act in header.avsc).
_NO_END: Final = "2099-12-31"


async def past_profile(
    reader: ProfileReader, subject: str, known_at: int | None, as_of: date | None
) -> dict[str, Any] | None:
    """Return the profile of a subject at another time, None when nothing was known; errors as of `profile`.

    `not_kept` names the records that may have been known at the moment, and of which what they were then is not kept.
    Where a day is given, `records` are those in force, and `not_in_force` names the others and why each is not.

    Args:
        reader: of the profiles.
        subject: unified social credit code or token.
        known_at: milliseconds since 1970; None: now.
        as_of: None: whatever is in force.

    """
    code = subject.encode()
    (value,) = await reader.read(PROFILES.name, code, [subject_key(code)])
    if value is None:
        return None
    summary = decode_subject(value)
    pasts = await _pasts(reader, code, summary)
    registrations = registrations_of(pasts, reader.codec)
    moment = _NOW if known_at is None else known_at
    known, lost = [], []
    for past in (past.after_registration(registrations) for past in pasts):
        phases = past.up_to(moment)
        if phases:
            known.append((past, phases))
        elif not past.whole:
            lost.append(past)
    if not known and not lost:
        return None
    shown, absent = [], []
    for past, phases in known:
        found = _shown(reader, past, phases[-1])
        if as_of is not None:
            life = past.lifetime(reader.codec, phases)
            gone = absence(life, as_of.isoformat())
            if gone is not None:
                absent.append(_named(phases[-1]) | _said_of(*gone))
                continue
            found |= _in_force(life, as_of)
        shown.append(found)
    return {
        "subject": subject,
        **_facts(summary, registrations, known_at),
        "as_known_at": None if known_at is None else city_moment(known_at),
        "as_of": None if as_of is None else as_of.isoformat(),
        **reader.links_of(shown),
        "records": shown,
        "not_in_force": absent,
        "not_kept": [_named(one.phases[0]) | {"kept_since": city_moment(one.phases[0].since)} for one in lost],
    }


async def _pasts(reader: ProfileReader, code: bytes, summary: Subject) -> list[RecordPast]:
    names = await reader.record_names(code, summary)
    pasts = []
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        values = await reader.read(PROFILES.name, code, [record_store_key(code, name) for name in some])
        records = [(name, decode_record(value)) for name, value in zip(some, values, strict=True) if value is not None]
        pasts += await _with_kept(reader, code, records)
    return pasts


async def _with_kept(reader: ProfileReader, code: bytes, records: Sequence[tuple[bytes, Record]]) -> list[RecordPast]:
    keys = [superseded_key(code, name, number) for name, record in records for number in numbers_kept(record)]
    kept = dict(zip(keys, await reader.read(PROFILES.name, code, keys), strict=True)) if keys else {}
    pasts = []
    for name, record in records:
        superseded = []
        for number in reversed(numbers_kept(record)):
            value = kept[superseded_key(code, name, number)]
            if value is None:  # it was replaced before this was kept, or is just too old now
                break
            superseded.append(decode_superseded(value))
        pasts.append(past_of(name, record, superseded, reader.codec, reader.catalogue))
    return pasts


def _facts(summary: Subject, registrations: PastRegistrations, known_at: int | None) -> dict[str, Any]:
    kind = {"kind": summary.kind.value}
    if known_at is None:
        return {"name": summary.name, **kind, "district": summary.district, "registered": summary.registered}
    if known_at < registrations.known_from:
        return {"name": None, **kind, "district": None, "registered": None}
    then = registrations.at(known_at)
    if then is None:
        return {"name": "", **kind, "district": "", "registered": False}
    return {"name": then.name, **kind, "district": then.district, "registered": True}


def _shown(reader: ProfileReader, past: RecordPast, phase: ToldPhase) -> dict[str, Any]:
    stored = phase.phase
    found = reader.shown(stored.content, stored.act, phase.state, phase.applied["revision"])
    return found | {"known_since": city_moment(max(phase.since, past.came or 0))}


def _in_force(life: Lifetime, as_of: date) -> dict[str, Any]:
    ends = None if life.ends == _NO_END else life.ends
    return {
        "state": life.state_on(as_of.isoformat()).value,
        "in_force": {"from": life.begins, "to": ends},
    }


def _named(phase: ToldPhase) -> dict[str, Any]:
    header = phase.content.header
    return {
        "item": header["item"],
        "authority": header["authority"],
        "authority_name": header["authority_name"],
        "document_no": header["document_no"],
        "state": phase.state.value,
    }


def _said_of(why: Absence, on: str | None) -> dict[str, Any]:
    return {"why": why.value, "on": on}
