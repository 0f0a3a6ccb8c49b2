"""The fanout stage."""

from __future__ import annotations

from creditbus.services.domain.catalogue import Catalogue, Disclosure
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.policy import GrantHistory
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.stage.contract import Stage, StoreKind
from creditbus.services.fanout.step import FanoutStep
from creditbus.topics.names import FANOUT
from creditbus.topics.parties import Subscriber

__all__ = ["fanout_stage", "grant_of"]


def fanout_stage(catalogue: Catalogue, codec: EventCodec, history: GrantHistory, lanes: int) -> Stage:
    """Return the stage that writes the feeds, by what was declared of grants until now."""
    step = FanoutStep(catalogue, history, codec)
    return Stage(
        name=FANOUT.name,
        topics=(FANOUT.input,),
        lanes=lanes,
        step=step,
        late_schemas=step.feed_schemas,
        store=StoreKind.RESIDENT,
        changelog=FANOUT.changelog,
        max_outputs_per_record=max(1, len(history.newest.grants)),
    )


def grant_of(subscriber: Subscriber) -> Grant:
    """Return the grant that a subscriber's declaration states."""
    return Grant(
        subscriber=subscriber.id,
        purpose=subscriber.purpose,
        legal_basis=subscriber.legal_basis,
        items=frozenset(subscriber.items),
        subject_kinds=frozenset(subscriber.subject_kinds),
        districts=subscriber.districts,
        disclosure=Disclosure(subscriber.disclosure),
        consent=subscriber.consent,
        valid_from=subscriber.valid_from,
        valid_until=subscriber.valid_until,
        fields={item: frozenset(codes) for item, codes in subscriber.fields.items()},
        masks=subscriber.masks,
        # without a need of consents it decides on nothing, and a code that is added restates no lane
        institution=(subscriber.uscc or "") if subscriber.consent else "",
    )
