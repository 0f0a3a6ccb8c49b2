"""Reads the ``disclosure`` of an entry: classes of single values, and the field that a record is withheld for.

Why it is so: docs/adr/0031-class-by-value.md.
"""

from collections.abc import Mapping
from dataclasses import replace

from creditbus.services.domain.catalogue.fields import Disclosure, Field
from creditbus.services.domain.catalogue.item import Item
from creditbus.services.domain.catalogue.reading import Reader
from creditbus.services.domain.catalogue.remedies import Remedy

__all__ = ["parse_disclosure", "refuse_names_by_value"]


def parse_disclosure(table: Reader, fields: Mapping[str, Field]) -> tuple[dict[str, Field], str]:
    """Read the table.

    Args:
        table: the entry's ``disclosure``; empty where the entry has none.
        fields: content fields as the schema describes them.

    Returns:
        The fields with the classes of their values, and the field that a record is withheld for; empty: none.

    Raises:
        CatalogueError: naming the key and its fix.

    """
    by_value = table.table("by_value")
    classed = dict(fields)
    for code in by_value.keys():  # noqa: SIM118 # not a dictionary
        _refuse_unknown(by_value, code, code, fields)
        classed[code] = replace(fields[code], by_value=_classes(by_value, fields[code]))
    withheld = _withheld(table, classed) if table.has("withheld_unless_disclosed") else ""
    table.finish()
    return classed, withheld


def refuse_names_by_value(reader: Reader, item: Item) -> None:
    """Refuse a class by value of what names a record or its subject, for every feed shows that."""
    key = item.natural_key
    templates = key.authority_code + key.authority_name + key.document_no
    registered = (item.registers.name, item.registers.district) if item.registers else ()
    for code, field in item.fields.items():
        if field.by_value and (f"{{{code}}}" in templates or code in {item.name_field, *registered}):
            reader.fail("disclosure", Remedy.NAMES_BY_VALUE, field=code)


def _classes(by_value: Reader, field: Field) -> dict[str, Disclosure]:
    if not field.values:
        by_value.fail(field.code, Remedy.LIST_VALUES)
    table = by_value.table(field.code)
    classes: dict[str, Disclosure] = {}
    for name in table.keys():  # noqa: SIM118 # not a dictionary
        _refuse_unknown(table, name, name, list(Disclosure))
        disclosure = Disclosure(name)
        if disclosure is field.disclosure:
            table.fail(name, Remedy.CLASS_OF_THE_REST)
        for value in table.texts(name):
            if len(field.elements(value)) > 1 or not field.admits(value):
                table.fail_unknown(name, value, field.values)
            if value in classes:
                table.fail(name, Remedy.CLASSED_TWICE, value=value, classed=classes[value])
            classes[value] = disclosure
    return classes or by_value.fail(field.code, Remedy.CLASS_AND_VALUES)


def _withheld(table: Reader, fields: Mapping[str, Field]) -> str:
    key = "withheld_unless_disclosed"
    code = table.text(key)
    _refuse_unknown(table, key, code, fields)
    if not fields[code].mandatory:
        table.fail(key, Remedy.MANDATORY, field=code)
    if fields[code].narrowest is Disclosure.PUBLIC:
        table.fail(key, Remedy.NEVER_WITHHELD, field=code)
    return code


def _refuse_unknown(reader: Reader, key: str, name: str, known: Mapping[str, Field] | list[Disclosure]) -> None:
    if name not in known:
        reader.fail_unknown(key, name, list(known))
