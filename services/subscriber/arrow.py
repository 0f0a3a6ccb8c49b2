"""The columns of `feed sync` as Arrow has them; needs the extra `parquet`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.table_model import Kind
from creditbus.topics.errors import ConfigurationError

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise ConfigurationError("parquet", messages.NO_PYARROW(), messages.INSTALL_PYARROW()) from error

__all__ = ["arrow_field", "pa", "parquet"]

_TYPES: Final[Mapping[Kind, Any]] = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.int64(),
    Kind.FLAG: pa.bool_(),
    Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
}


def arrow_field(name: str, kind: Kind, title: str) -> Any:
    """Return a column with what it is called."""
    return pa.field(name, _TYPES[kind], metadata={"title": title})
