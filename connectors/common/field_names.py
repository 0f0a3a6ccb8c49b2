"""Fields as people read them: by title and code, with the values that they admit."""

from collections.abc import Iterable

from creditbus.connectors.common import messages
from creditbus.services.domain.catalogue import Field, Item
from creditbus.services.domain.entitlement import Authorities
from creditbus.services.domain.reasons import Reason
from creditbus.topics.text import Text

__all__ = ["admitted_instead", "admitted_values", "field_name", "field_names", "field_title", "mandatory_where"]

_MOST_FIELDS = 40
"""Titles in one sentence; what follows is counted."""
_MOST_CODES = 20
"""Codes of authorities in one sentence, likewise."""


def field_name(item: Item, code: str) -> Text:
    """Name a field of content by title and code; anything else, such as a code of the claim, by its code."""
    title = field_title(item, code)
    return messages.FIELD(code=code, title=title) if title else Text(code)


def field_title(item: Item, code: str) -> Text:
    """Return the title of a field of content; empty for anything else."""
    field = item.fields.get(code)
    return Text("") if field is None else Text(field.title_en or field.title, field.title)


def field_names(item: Item, codes: Iterable[str]) -> Text:
    """Name several fields in one line."""
    named = [field_name(item, code) for code in codes]
    shown, left = named[:_MOST_FIELDS], len(named) - _MOST_FIELDS
    text = Text(", ".join(shown), "、".join(one.zh for one in shown))
    return messages.AND_MORE(names=text, count=left) if left > 0 else text


def admitted_values(field: Field) -> Text:
    """Say which values a field admits, and how several of them are joined in one cell; empty: any.

    A value that ends with ``-*`` admits any note after its hyphen.
    """
    if not field.values:
        return Text("")
    values = Text(", ".join(field.values), "、".join(field.values))
    if not field.separator:
        return messages.ADMITS(values=values)
    return messages.ADMITS_SEVERAL(values=values, separator=field.separator)


def mandatory_where(item: Item, code: str) -> list[Text]:
    """Say where a field that may be empty has to be filled, condition by condition."""
    return [
        messages.MANDATORY_WHERE(
            field=field_name(item, rule.when_field), values=_alternatives(rule.when_values), reason=rule.reason.value
        )
        for rule in item.rules.required
        if rule.field == code
    ]


def _alternatives(values: Iterable[str]) -> Text:
    found = sorted(values)
    return Text(" or ".join(found), " 或 ".join(found))


def admitted_instead(item: Item, code: str, reason: str, authorities: Authorities) -> Text:
    """Say which values a department may write into a field, after a reason that refuses one for being none of them.

    Args:
        item: the catalogue item.
        code: of the field.
        reason: after one that leaves open which values those are, nothing is said.
        authorities: whom the department speaks for.

    """
    if reason == Reason.CAT_OTHER_AUTHORITY:
        return _spoken_for(authorities)
    field = item.fields.get(code)
    return admitted_values(field) if field is not None and reason == Reason.ENUM_UNKNOWN else Text("")


def _spoken_for(authorities: Authorities) -> Text:
    if authorities is None:  # since it was refused, its declaration has changed
        return messages.SPEAKS_FOR_EVERYONE()
    if not authorities:
        return messages.SPEAKS_FOR_NOBODY()
    codes = sorted(authorities)
    shown, left = Text(", ".join(codes[:_MOST_CODES]), "、".join(codes[:_MOST_CODES])), len(codes) - _MOST_CODES
    return messages.SPEAKS_FOR(codes=messages.AND_MORE(names=shown, count=left) if left > 0 else shown)
