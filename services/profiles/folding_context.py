"""What the folding of all batches shares."""

from __future__ import annotations

from datetime import date
from typing import Final

from creditbus.avro_schemas import code_claim_schema, continuation_schema, moved_record_schema
from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.event import Header
from creditbus.services.domain.feed.policy import GrantHistory
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.succession import successions
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.profiles.acting import Acting
from creditbus.services.profiles.codes import Codes
from creditbus.services.profiles.consenting import consent_fields
from creditbus.services.profiles.ending import ending_items
from creditbus.services.profiles.gates import Gates
from creditbus.services.profiles.lane import StageStanding
from creditbus.services.profiles.quick import QuickItems

__all__ = ["FoldingContext", "item_of"]


class FoldingContext:
    """The catalogue, codecs, and what is looked up in them once."""

    def __init__(
        self,
        catalogue: Catalogue,
        codec: EventCodec,
        acting: Acting,
        rejects: Rejects,
        history: GrantHistory,
        lanes: int,
        on: date,
    ) -> None:
        self.ending: Final = ending_items(catalogue, codec)
        terms = {item.id: item.publication.digest for item in self.ending.values()}
        self.standing: Final = StageStanding(history.policies(on), terms, on, history.turning())
        self.catalogue: Final = catalogue
        self.codec: Final = codec
        self.acting: Final = acting
        self.rejects: Final = rejects
        self.lanes: Final = lanes
        self.gates: Final = Gates(history.gates(), codec)
        self.successions: Final = successions(catalogue)
        self.quick_items: Final = QuickItems(catalogue, codec, acting, self.successions, self.gates)
        self.consenting: Final = consent_fields(catalogue)
        self.registering: Final = {item.id: item for item in catalogue if item.registers is not None}
        self.codes: Final = Codes(catalogue, codec)
        self.continuation: RecordWriter | None = None
        self.reidentifying: tuple[RecordWriter, RecordWriter] | None = None

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that folding writes."""
        await self.rejects.load(schemas)
        self.continuation = await schemas.writer_of(continuation_schema())
        self.reidentifying = (
            await schemas.writer_of(code_claim_schema()),
            await schemas.writer_of(moved_record_schema()),
        )


def item_of(catalogue: Catalogue, header: Header) -> Item:
    """Return the item of an event."""
    item = catalogue.item(header["item"])
    assert item is not None  # noqa: S101 -- intake admits nothing outside the catalogue
    return item
