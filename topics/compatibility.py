"""Whether a new schema can read what was written with earlier ones, judged by Apache Avro's own library.

fastavro, which encodes everywhere else, has no such judge; avro-python3 is this library's retired name (docs/adr/0004).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import parse

from creditbus.topics import messages

__all__ = ["backward_problems"]


def backward_problems(new: Any, earlier: Iterable[Any]) -> list[str]:
    """Why events written with a schema of `earlier` could not be read with `new`; empty when all can.

    This is BACKWARD_TRANSITIVE: not the last version alone counts, since Kafka keeps events of all of them.

    Args:
        new: the schema as parsed JSON.
        earlier: schemas as parsed JSON, the oldest first.
    """
    try:
        reader = parse(json.dumps(new))
    except AvroException as error:
        return [messages.NOT_AVRO(said=error)]
    problems: list[str] = []
    for number, schema in enumerate(earlier, start=1):
        checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call] # avro's, without types
        result = checker.get_compatibility(reader, parse(json.dumps(schema)))
        if result.compatibility is not SchemaCompatibilityType.compatible:
            # The checker keeps messages and places as sets: they cannot be paired.
            kinds = ", ".join(sorted({kind.name for kind in result.incompatibilities}))
            places = ", ".join(sorted(result.locations))
            said = ", ".join(sorted(result.messages))
            problems.append(messages.NOT_COMPATIBLE(version=number, kinds=kinds, said=said, places=places))
    return problems
