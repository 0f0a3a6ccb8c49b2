"""`creditbus connector init` looks at a source; where there is nothing to see, it says so, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Text

if TYPE_CHECKING:
    from creditbus.connectors.contract import Kind, Source, Table

__all__ = ["looked_at"]

_RESTING = {"ready": "quiet", "quiet_seconds": 0}
"""Settings of a drop folder by which a file that is still arriving can be looked at."""


def looked_at(kind: Kind, settings: Any) -> tuple[Sequence[Table], Source]:
    """Return the tables of a source, and the source.

    The files of a drop folder are looked at also while they rest: only a run has to wait for the whole of one.

    Raises:
        ConfigurationError: there is no table.
        SourceError: the source cannot be reached.
    """
    source = kind.open(settings)
    tables = source.discover()
    if not tables and set(_RESTING) <= set(kind.settings.model_fields):
        resting = kind.open(settings.model_copy(update=_RESTING))
        if tables := resting.discover():
            ERRORS.print(spoken(messages.FILES_REST), markup=False)
            source = resting
    if not tables:
        said = [finding.message for finding in source.check()]
        found = Text("; ".join(said), "；".join(one.zh if isinstance(one, Text) else one for one in said))
        fix = messages.NOTHING_OF.get(kind.name, messages.NOTHING_OF["files"])
        raise ConfigurationError("--source", messages.NOTHING_TO_SEE(found=found), fix())
    return tables, source
