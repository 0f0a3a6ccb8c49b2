"""Values that a mapping fixes, `constant` and `default`: brought to the form of their field, and judged, at once.

Left as they are written, each would be refused in every row, where a cell that says the same is read.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from creditbus.connectors.common.field_names import admitted_values, field_name
from creditbus.connectors.mapping import messages
from creditbus.connectors.mapping.model import Form, Rule
from creditbus.connectors.mapping.steps import Steps
from creditbus.connectors.setup.documents import Document
from creditbus.services.domain import normalise
from creditbus.services.domain.catalogue import Field, Format, Item
from creditbus.services.domain.event import NO_CODES, SubjectKind
from creditbus.services.domain.invisible import without_invisible
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding, in_primary_order
from creditbus.services.domain.validation.subject import ClaimCheck
from creditbus.services.domain.validation.values import value_checks
from creditbus.topics.text import Text

__all__ = ["FixedKey", "FixedValues"]

FixedKey = Literal["constant", "default"]

_NO_END = "长期"
"""How people write a date without an end."""


class FixedValues:
    """Reads the fixed values of one mapping as cells of their fields are read, and judges them as intake would.

    Args:
        steps: Of the mapping.
        document: Where it stands, for errors.
        item: The catalogue item that it names.
    """

    def __init__(self, steps: Steps, document: Document, item: Item) -> None:
        self._steps = steps
        self._document = document
        self._item = item

    def read(self, path: tuple[str, str], key: FixedKey, rule: Rule, form: Form, field: Field | None) -> Any:
        """Return a value in the form of its field; a blank one is empty. Nothing is looked up or converted.

        Args:
            path: The field in the mapping, such as content and its code.
            key: What the rule calls the value.
            rule: The rule that it stands in; its forms of dates count for it, too.
            form: Of the field.
            field: The content field; ``None`` in claim and header.

        Raises:
            MappingError: intake would refuse every row for it, or the header cannot hold it.
        """
        value = (rule.constant if key == "constant" else rule.default) or ""
        text = normalise.trim(value)
        if form != "text":
            text = normalise.half_width(without_invisible(text))
        if not text and key == "default":
            return text  # as if it were not there
        step = self._steps.of(path, Rule(date_forms=rule.date_forms), form, field)
        found = text if step is None or not text else step(text)
        if found is None:
            raise self._no_value(path, key, value)
        for finding in in_primary_order(list(self._findings(path, found))):
            problem = messages.NOT_ADMITTED(field=field_name(self._item, finding.field), value=value)
            raise self._document.error((*path, key), problem, _fix(finding, field))
        return found

    def _findings(self, path: tuple[str, str], value: Any) -> Iterator[Finding]:
        """Give what is wrong with the value alone: the other fields are empty here, and are not meant."""
        part, name = path
        found: list[Finding] = []
        at = name
        if part == "content":
            content: Mapping[str, str | None] = {**dict.fromkeys(self._item.fields), name: value}
            for check in value_checks(self._item):
                check(content, found)
        elif part == "claim" and value:
            at = self._item.claims.get(name, name)
            ClaimCheck(self._item).examine({**NO_CODES, name: value}, found)
        return (finding for finding in found if finding.field == at)

    def _no_value(self, path: tuple[str, str], key: FixedKey, value: str) -> Exception:
        if path == ("header", "subject_kind"):
            known = ", ".join(SubjectKind.__members__)
            problem, fix = messages.NOT_A_SUBJECT_KIND(value=value), messages.KNOWN_ARE(known=known)
        else:
            problem, fix = messages.NOT_A_MOMENT(value=value), messages.A_MOMENT_IS()
        return self._document.error((*path, key), problem, fix)


def _fix(finding: Finding, field: Field | None) -> Text:
    """Say what to write; what a reason's own sentence advises is for columns, of which a fixed value has none."""
    match finding.reason:
        case Reason.ENUM_UNKNOWN if field is not None:
            return admitted_values(field)
        case Reason.DATE_UNPARSABLE | Reason.DATE_WITH_TIME if field is not None:
            if field.format is Format.DATE_OPEN:
                return messages.WRITE_A_DAY_OR_OPEN(no_end=_NO_END)
            return messages.WRITE_A_DAY()
        case Reason.NUMBER_UNPARSABLE:
            return messages.WRITE_A_NUMBER()
    return Text(finding.reason.sentence, finding.reason.zh)
