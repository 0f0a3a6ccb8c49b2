"""Whether the readable part of a proof says what the bytes of its record hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from creditbus.services.domain.evidence.inclusion_file import InclusionFile, readable
from creditbus.services.domain.evidence.signed_json import canonical
from creditbus.services.domain.framed_avro import parsed, read_record
from creditbus.services.domain.framing import schema_id

__all__ = ["Compared", "Readable", "compared"]

_WHOLE: Final = "record"
_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})
_NO_BYTES: Final = "a list of what takes no bytes"
_ITSELF: Final = "a type that holds itself"


class Readable(StrEnum):
    """What became of comparing the readable part with the bytes."""

    SAME = "same"
    NOT_COMPARED = "not-compared"
    """There is no schema in the file, as in those of earlier versions, or no readable part."""
    OTHER_CONTENT = "other-content"
    OTHER_SCHEMA = "other-schema"
    """The bytes do not follow the schema that stands in the file."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether the readable part may be believed as far as the bytes are.

    Attributes:
        outcome: what was found.
        field: of `OTHER_CONTENT`: the first field that differs, by names that the record has; never its content.
        schema_id: of `SAME`: the schema's number in the registry, as the bytes say it.
        schema_sha256: of `SAME`: of the schema in the file, in hexadecimal digits.

    """

    outcome: Readable
    field: str = ""
    schema_id: int = 0
    schema_sha256: str = ""


def compared(proof: InclusionFile) -> Compared:
    """Decode the bytes of a record by the schema in the file, and compare what they hold with the readable part."""
    if proof.schema is None or proof.record is None:
        return Compared(Readable.NOT_COMPARED)
    try:
        _refuse_bombs(proof.schema, {}, "")
        held = json.loads(readable(read_record(proof.value, parsed(proof.schema), to_the_end=True)))
    except Exception:  # noqa: BLE001 -- fastavro raises whatever a strange schema makes it stumble over
        return Compared(Readable.OTHER_SCHEMA)
    field = _difference(held, proof.record, _WHOLE)
    if field is not None:
        return Compared(Readable.OTHER_CONTENT, field)
    digest = hashlib.sha256(canonical(proof.schema)).hexdigest()
    return Compared(Readable.SAME, schema_id=schema_id(proof.value), schema_sha256=digest)


def _difference(held: Any, shown: Any, path: str) -> str | None:
    """Return where two contents begin to differ; None where nothing differs."""
    if isinstance(held, dict) and isinstance(shown, dict):
        for name, one in held.items():
            if name not in shown:
                return f"{path}.{name}"
            found = _difference(one, shown[name], f"{path}.{name}")
            if found is not None:
                return found
        # what else is shown is named by where it stands: its own name is the forger's
        return None if len(held) == len(shown) else path
    if isinstance(held, list) and isinstance(shown, list) and len(held) == len(shown):
        parts = (_difference(one, shown[place], f"{path}[{place}]") for place, one in enumerate(held))
        return next((found for found in parts if found is not None), None)
    # as texts: in Python 1 equals true and 1.0, and no NaN equals itself
    return None if json.dumps(held) == json.dumps(shown) else path


def _refuse_bombs(schema: Any, known: dict[str, bool | None], space: str) -> bool:
    """Tell whether what follows a schema always takes at least one byte.

    The schema is whatever somebody wrote into the file: fastavro would follow one that holds itself until the process
    dies, and would fill the memory with what takes no bytes.

    Raises:
        ValueError: the schema is one of these.

    """
    if isinstance(schema, list):
        for one in schema:
            _refuse_bombs(one, known, space)
        return True
    if isinstance(schema, str):
        name = schema if schema in known or not space else f"{space}.{schema}"
        if name not in known:
            return schema != "null"
        if (found := known[name]) is None:
            raise ValueError(_ITSELF)
        return found
    kind = schema["type"]
    if kind in ("array", "map"):
        if not _refuse_bombs(schema["items" if kind == "array" else "values"], known, space) and kind == "array":
            raise ValueError(_NO_BYTES)
        return True
    if not isinstance(kind, str) or kind not in _NAMED:
        return _refuse_bombs(kind, known, space)
    return _named(schema, kind, known, space)


def _named(schema: Mapping[str, Any], kind: str, known: dict[str, bool | None], space: str) -> bool:
    own, _, last = str(schema["name"]).rpartition(".")
    space = own or str(schema.get("namespace", space))
    name = f"{space}.{last}" if space else last
    known[name] = None
    if kind == "enum":
        sure = True
    elif kind == "fixed":
        sure = int(schema["size"]) > 0
    else:
        found = [_refuse_bombs(one["type"], known, space) for one in schema["fields"]]
        sure = any(found)
    known[name] = sure
    return sure
