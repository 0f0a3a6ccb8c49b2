"""The intake stage."""

from __future__ import annotations

from collections.abc import Iterable

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.entitlement import Publisher
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.intake.examination import Examiner
from creditbus.services.intake.step import IntakeStep
from creditbus.topics.names import INTAKE, RESOLVER, ingest

__all__ = ["intake_stage"]


def intake_stage(
    catalogue: Catalogue, codec: EventCodec, departments: Iterable[Publisher], lanes: int, person_key: bytes
) -> Stage:
    """Return the stage that reads the departments' ingest topics."""
    known = tuple(departments)
    examiner = Examiner(catalogue, codec, known, person_key)
    return Stage(
        name=INTAKE.name,
        topics=tuple(ingest(department.id) for department in known),
        lanes=lanes,
        step=IntakeStep(catalogue, examiner, codec, Rejects(INTAKE.name), lanes),
        store=StoreKind.LOOKUP,
        changelog=INTAKE.changelog,
        looks_up=RESOLVER.name,
    )
