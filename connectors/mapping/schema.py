"""The JSON Schema of a mapping file, by which editors complete and check it."""

from typing import Any

from creditbus.connectors.mapping.model import FurtherColumn, LookupTable, MappingModel, Rule, Unit
from creditbus.connectors.mapping.page_messages import MEANINGS
from creditbus.connectors.mapping.units import UNITS
from creditbus.services.domain.event import CLAIM_FIELDS

__all__ = ["mapping_schema"]

_NAME = {"type": "string"}
_NAMES = {"type": "array", "items": _NAME}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PREFIXES = {Rule: "rule", Unit: "unit", LookupTable: "table"}


def mapping_schema() -> dict[str, Any]:
    """Return the schema: the model's, with the short forms that a rule may have, and what each key means."""
    schema = MappingModel.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    _describe(schema, "mapping")
    for model, prefix in _PREFIXES.items():
        _describe(definitions[model.__name__], prefix)
    for model in (Rule, FurtherColumn):
        properties = definitions[model.__name__]["properties"]
        properties["column"] = {**properties["column"], "type": ["string", "array"]}
    for name in ("from", "to"):
        definitions["Unit"]["properties"][name]["enum"] = list(UNITS)
    # a rule that says nothing but its column may be the name alone
    definitions["RuleInFull"] = definitions["Rule"]
    definitions["Rule"] = {"anyOf": [_NAME, _NAMES, {"$ref": "#/$defs/RuleInFull"}]}
    for name in ("content", "claim", "header"):
        schema["properties"][name]["type"] = ["object", "null"]  # a key with nothing but comments below it
    schema["properties"]["claim"]["propertyNames"] = {"enum": list(CLAIM_FIELDS)}
    return {"$schema": _DRAFT, **schema}


def _describe(schema: dict[str, Any], prefix: str) -> None:
    for name, one in schema["properties"].items():
        one.pop("title", None)
        one["description"] = MEANINGS[f"{prefix}.{name}"].en
