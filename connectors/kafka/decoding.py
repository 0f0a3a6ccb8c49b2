"""The value of a record, in JSON or Avro, as one object of typed fields."""

import base64
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import MAX_PREC, Context, Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

import fastavro

from creditbus.connectors.common.json_values import is_bounded
from creditbus.connectors.http.records import parse
from creditbus.connectors.kafka import messages
from creditbus.connectors.kafka.settings import KafkaSettings
from creditbus.services.domain.framing import FRAME_BYTES, FrameError, schema_id
from creditbus.topics.registry import SchemaRegistry

__all__ = ["ValueDecoder"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRAPPED = {"schema", "payload"}
_EXACT = Context(prec=MAX_PREC)
"""The usual context rounds to 28 digits; databases have numbers of 38 and more."""


def _moment(unit: timedelta) -> Callable[[Any], Any]:
    """Make what reads a time of the source's clock, which has no zone."""

    def read(value: Any) -> Any:
        if not isinstance(value, int):
            return _without_zone(value)
        try:
            return (_EPOCH + value * unit).replace(tzinfo=None)
        except OverflowError:
            return _of_no_year(value)

    return read


def _of_no_year(value: int) -> str:
    """Give a moment or day outside of the years 1 to 9999, as "infinity" of a database is, as it stands.

    It is a text, which is refused by the name of its column. Without the sign, 20250101 days would be read as a date.
    """
    return f"{value:+d}"


def _without_zone(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _day(value: Any) -> Any:
    if not isinstance(value, int):
        return value
    try:
        return date(1970, 1, 1) + timedelta(days=value)
    except OverflowError:
        return _of_no_year(value)


_BY_NAME: Final[Mapping[str, Callable[[Any], Any]]] = {
    "io.debezium.time.Date": _day,
    "io.debezium.time.MicroTimestamp": _moment(timedelta(microseconds=1)),
    "io.debezium.time.Timestamp": _moment(timedelta(milliseconds=1)),
    "org.apache.kafka.connect.data.Date": _day,
    "org.apache.kafka.connect.data.Timestamp": _moment(timedelta(milliseconds=1)),
}
"""What numbers mean, by the names that Kafka Connect and Debezium give their types (their documentation)."""
_ZONED = "io.debezium.time.ZonedTimestamp"
_DECIMAL = "org.apache.kafka.connect.data.Decimal"


class ValueDecoder:
    """Reads values.

    Args:
        settings: Format, registry and time zone.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._zone = ZoneInfo(settings.time_zone)
        self._registry = None if settings.registry is None else SchemaRegistry(settings.registry)
        self._schemas: dict[int, Any] = {}

    def __call__(self, value: bytes) -> Any:
        """Read a value.

        Raises:
            ValueError: it cannot be read; the message quotes nothing.
            UserError: the registry does not answer.
        """
        return self._json(value) if self._registry is None else self._avro(value, self._registry)

    def _json(self, value: bytes) -> Any:
        found = parse(value)
        if isinstance(found, dict) and set(found) == _WRAPPED and isinstance(found["schema"], dict):
            try:
                return self._typed(found["payload"], found["schema"], {}, "")  # Kafka Connect's JSON with schemas
            except (AttributeError, KeyError, TypeError) as error:  # the schema comes with the record, unchecked
                raise ValueError(messages.NO_SCHEMA()) from error
        return found

    def _avro(self, value: bytes, registry: SchemaRegistry) -> Any:
        try:
            number = schema_id(value)
        except FrameError as error:
            raise ValueError(messages.NOT_FRAMED()) from error
        if number not in self._schemas:
            raw = registry.schema(number)
            self._schemas[number] = (fastavro.parse_schema(raw), raw, dict(_named(raw, "")))
        parsed, raw, named = self._schemas[number]
        stream = io.BytesIO(value[FRAME_BYTES:])
        try:
            found = fastavro.schemaless_reader(stream, parsed, None)
        except OverflowError as error:
            raise ValueError(messages.OF_NO_YEAR()) from error
        except Exception as error:  # the library lets through whatever damaged bytes lead it to
            raise ValueError(messages.DAMAGED_AVRO(number=number)) from error
        if stream.read(1):
            raise ValueError(messages.DAMAGED_AVRO(number=number))
        return self._typed(found, raw, named, "")

    def _typed(self, value: Any, schema: Any, named: Mapping[str, Any], path: str) -> Any:
        """Give the fields of a record, and of records in it, the types that its schema names.

        Raises:
            ValueError: a decimal is not written as one, or cannot be written out in digits.
        """
        kind = _chosen(schema)
        kind = named.get(kind, kind) if isinstance(kind, str) else kind
        if not isinstance(kind, dict) or value is None:
            return self._in_zone(value)
        if isinstance(value, dict):
            is_avro = kind.get("type") == "record"
            # a field of Kafka Connect's JSON is itself the schema of its value
            fields = {
                field["name" if is_avro else "field"]: field["type"] if is_avro else field
                for field in kind.get("fields", ())
            }
            return {
                name: self._typed(one, fields.get(name), named, f"{path}.{name}" if path else name)
                for name, one in value.items()
            }
        name = str(kind.get("connect.name") or kind.get("name"))
        if name in _BY_NAME:
            return _BY_NAME[name](value)
        if name == _ZONED and isinstance(value, str):
            return self._in_zone(_zoned(value))
        if name == _DECIMAL and isinstance(value, str):
            return _decimal(value, kind, path)
        return self._in_zone(value)

    def _in_zone(self, value: Any) -> Any:
        if not isinstance(value, datetime) or value.tzinfo is None:
            return value
        try:
            return value.astimezone(self._zone)
        except OverflowError:
            return value.isoformat()  # 9999-12-31T23:59:59Z is of the year 10000 in China


def _zoned(text: str) -> Any:
    """Return a moment; what is not one passes as its text, and is refused by the name of its column."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _decimal(text: str, kind: Mapping[str, Any], path: str) -> Decimal:
    """Return the number that Kafka Connect writes as the base64 of its digits, exactly.

    Raises:
        ValueError: it is not written so, or cannot be written out in digits.
    """
    try:
        scale = int((kind.get("parameters") or {}).get("scale", 0))
        digits = base64.b64decode(text, validate=True)
        number = Decimal(int.from_bytes(digits, "big", signed=True)).scaleb(-scale, _EXACT)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise ValueError(messages.NO_DECIMAL(path=path)) from error
    if not digits or not is_bounded(number):
        raise ValueError(messages.NO_DECIMAL(path=path))
    return number


def _chosen(schema: Any) -> Any:
    """Return the one type of a union that is not null."""
    if isinstance(schema, list):
        return next((one for one in schema if one != "null"), None)
    return schema


def _named(schema: Any, namespace: str) -> Iterator[tuple[str, Any]]:
    """Give the records of an Avro schema by the names with which others refer to them, short and full."""
    if isinstance(schema, list):
        for one in schema:
            yield from _named(one, namespace)
    elif isinstance(schema, dict):
        if schema.get("type") == "record":
            space, name = schema.get("namespace", namespace), schema["name"].rpartition(".")[2]
            yield from ((name, schema), (schema["name"], schema), (f"{space}.{name}", schema))
            for field in schema.get("fields", ()):
                yield from _named(field["type"], space)
        elif isinstance(schema.get("type"), dict | list):
            yield from _named(schema["type"], namespace)
