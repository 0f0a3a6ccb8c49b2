"""The intake stage."""

from __future__ import annotations

from collections.abc import Iterable

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.engine.codec import EventCodec
from creditbus.services.engine.rejects import Rejects
from creditbus.services.engine.step import Stage, StoreKind
from creditbus.services.intake.examination import Examiner
from creditbus.services.intake.step import IntakeStep

__all__ = ["NAME", "intake_stage"]

NAME = "intake"


def intake_stage(
    catalogue: Catalogue, codec: EventCodec, departments: Iterable[str], lanes: int, person_key: bytes
) -> Stage:
    """Return the stage that reads the departments' ingest topics."""
    examiner = Examiner(catalogue, codec, person_key)
    return Stage(
        name=NAME,
        topics=tuple(f"ingest.{department}" for department in departments),
        lanes=lanes,
        step=IntakeStep(catalogue, examiner, codec, Rejects(NAME), lanes),
        store=StoreKind.LOOKUP,
        changelog="credit.intake",
        looks_up="resolver",
    )
