"""The JSON Schema of an item's entry, `item.yaml`, and of a city's overlay over one.

Keys and words come from the classes that the entry is read into where there are such; that the schema has the keys that
`parse.py` reads, and no other, is a test.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from creditbus.services.domain.catalogue.entry_meanings import MEANINGS
from creditbus.services.domain.catalogue.fields import Disclosure
from creditbus.services.domain.catalogue.item import ActsOn, Registers, Succession
from creditbus.services.domain.event import CLAIM_FIELDS, ROW_ACT_FIELDS, RecordState, SubjectKind, Verb

__all__ = ["CODE_FIELDS", "UNREGISTERED", "entry_schema", "overlay_schema"]

#: What `subject.code` and `unregistered_subject` may be.
CODE_FIELDS: Final = ("uscc", "tax_no")
UNREGISTERED: Final = ("park", "unverified")

_Schema = dict[str, Any]
_TEXT: Final[Mapping[str, Any]] = {"type": "string"}
_DAY: Final[Mapping[str, Any]] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_WHOLE: Final[Mapping[str, Any]] = {"type": "integer", "minimum": 0}
_FLAG: Final[Mapping[str, Any]] = {"type": "boolean"}
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

#: An entry names departments, roles, or both; a closed one needs neither. `closed: false` closes nothing.
_EITHER: Final = [
    {"required": ["entitled"]},
    {"required": ["entitled_roles"]},
    {"required": ["closed"], "properties": {"closed": {"enum": [True]}}},
]


def entry_schema(language: str) -> _Schema:
    """Return the schema of `item.yaml`, with the meaning of each key of the top in a language, `zh` or `en`."""
    entry = _table(_keys(), optional=_OPTIONAL)
    for key, schema in entry["properties"].items():
        schema["description"] = MEANINGS[key][0 if language == "zh" else 1]
    return {"$schema": _DRAFT, "title": "item", **entry, "anyOf": _EITHER}


def overlay_schema(language: str) -> _Schema:
    """Return the schema of an overlay: it has the keys of an entry, none of them needed; null takes a key away."""
    schema = _loosened(entry_schema(language))
    schema["properties"].pop("id")
    schema.pop("anyOf")
    return {**schema, "title": "overlay"}


def _keys() -> _Schema:
    by_field = {"type": "object", "additionalProperties": dict(_TEXT)}
    when = {"type": "object", "additionalProperties": _list(_TEXT)}
    return {
        "id": dict(_TEXT),
        "title": _table({"zh": _TEXT, "en": _TEXT}),
        "category": dict(_TEXT),
        "legal_basis": _list(_TEXT, 1),
        "entitled": _list(_TEXT, 1),
        "entitled_roles": _list(_TEXT, 1),
        "closed": dict(_FLAG),
        "subject_kinds": _list(_words(SubjectKind), 1),
        "verbs": _list(_words(Verb), 1),
        "natural_key": _texts("authority_code", "authority_name", "document_no"),
        "subject": _table(
            {
                "name": _TEXT,
                "category": _TEXT,
                "kinds": {"type": "object", "additionalProperties": _words(SubjectKind)},
                "code": _words(CODE_FIELDS),
                "code_mandatory": _FLAG,
            },
            optional=("name", "category", "kinds", "code_mandatory"),
        ),
        "claim": {**by_field, "propertyNames": _words(CLAIM_FIELDS)},
        "unregistered_subject": _words(UNREGISTERED),
        "registers": _texts(*(one.name for one in fields(Registers))),
        "consents": _texts("receiver", "purpose", "items", "first"),
        "identifies": {**by_field, "propertyNames": _words(CLAIM_FIELDS)},
        "acts_on": _table({one.name: _TEXT for one in fields(ActsOn)}, optional=("statement",)),
        "succession": _texts(*(one.name for one in fields(Succession))),
        "checks_organisation_code": dict(_FLAG),
        "disclosure": _table(
            {
                "by_value": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "propertyNames": _words(Disclosure),
                        "additionalProperties": _list(_TEXT),
                    },
                },
                "withheld_unless_disclosed": _TEXT,
            },
            optional=("by_value", "withheld_unless_disclosed"),
        ),
        "events": _list(
            _table(
                {
                    "when": by_field,
                    "verb": _words(Verb),
                    "state": _words(RecordState),
                    "act": {**by_field, "propertyNames": _words(ROW_ACT_FIELDS)},
                },
                optional=("when", "act"),
            ),
            1,
        ),
        "reasons": {"type": "object", "additionalProperties": _texts("zh", "en")},
        "rules": _rules(when),
        "publication": _list(
            _table(
                {
                    "class": _TEXT,
                    "effective_from": _DAY,
                    "effective_to": _DAY,
                    "min_months": _WHOLE,
                    "max_months": _WHOLE,
                    "source": _TEXT,
                    "verified": _FLAG,
                    "when": when,
                },
                optional=("effective_to", "verified", "when"),
            )
        ),
        "publication_from": dict(_TEXT),
        "publication_until": dict(_TEXT),
        "objections": _list(
            _table(
                {
                    "effective_from": _DAY,
                    "effective_to": _DAY,
                    "working_days": _WHOLE,
                    "source": _TEXT,
                    "verified": _FLAG,
                },
                optional=("effective_to", "verified"),
            )
        ),
        "due_working_days": dict(_WHOLE),
    }


_OPTIONAL: Final = (
    "entitled",
    "entitled_roles",
    "closed",
    "claim",
    "registers",
    "consents",
    "identifies",
    "acts_on",
    "succession",
    "checks_organisation_code",
    "disclosure",
    "reasons",
    "rules",
    "publication",
    "publication_from",
    "publication_until",
    "objections",
    "due_working_days",
)


def _rules(when: _Schema) -> _Schema:
    rules = {
        "not_future": _list(_TEXT),
        "periods": _list(_texts("from", "to")),
        "required": _list(_table({"field": _TEXT, "when": when, "reason": _TEXT})),
        "not_before": _list(_table({"when": when, "year": _TEXT, "first": _WHOLE, "reason": _TEXT})),
        "magnitudes": _list(
            _table({"field": _TEXT, "above": {"type": "number"}, "amount": _TEXT}, optional=("amount",))
        ),
        "known": _list(_table({"field": _TEXT, "values": _list(_TEXT), "reason": _TEXT})),
    }
    return _table(rules, optional=tuple(rules))


def _texts(*keys: str) -> _Schema:
    return _table(dict.fromkeys(keys, _TEXT))


def _table(keys: Mapping[str, Any], *, optional: tuple[str, ...] = ()) -> _Schema:
    required = [key for key in keys if key not in optional]
    table: _Schema = {"type": "object", "properties": dict(keys), "additionalProperties": False}
    return {**table, "required": required} if required else table


def _list(items: Mapping[str, Any], least: int = 0) -> _Schema:
    schema: _Schema = {"type": "array", "items": dict(items)}
    return {**schema, "minItems": least} if least else schema


def _words(words: Iterable[str]) -> _Schema:
    return {"enum": [str(word) for word in words]}


def _loosened(schema: Any) -> Any:
    """Copy a schema so that no key of a mapping is needed and each may be null; lists are laid over as a whole."""
    if schema.get("type") != "object":
        return schema
    loose = {key: value for key, value in schema.items() if key != "required"}
    if "properties" in loose:
        loose["properties"] = {key: _or_null(value) for key, value in loose["properties"].items()}
    return loose


def _or_null(schema: Any) -> Any:
    described = {key: schema[key] for key in ("description",) if key in schema}
    bare = {key: value for key, value in schema.items() if key not in described}
    return {**described, "anyOf": [_loosened(bare), {"type": "null"}]}
