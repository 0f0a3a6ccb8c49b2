"""Pages of docs/ that are made from the code; `python -m tests.documentation` writes them again."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.mapping.page import mapping_page
from creditbus.services.domain.catalogue import Catalogue, Field, Item, ObjectionRule, PublicationPeriod
from creditbus.services.domain.event import Verb
from creditbus.services.domain.reasons import Caution, Reason
from creditbus.services.engine import metrics
from creditbus.services.engine.settings import TUNABLE, EngineSettings
from creditbus.services.evidence import feed_metrics
from creditbus.services.query import quality_metrics
from tests.city_page import city_page
from tests.one_event import one_event

__all__ = ["DOCS", "PAGES"]

DOCS = Path(__file__).resolve().parent.parent / "docs"

_MADE = "<!-- made by `python -m tests.documentation`; a test compares it with the code -->"


def _metrics() -> Iterator[str]:
    yield "# Metrics"
    yield _MADE
    yield (
        "`creditbus worker --metrics-port 9400` serves them for Prometheus; the n-th process of a worker takes the\n"
        "n-th port. Labels are bounded: never a subject, a file or a run."
    )
    yield _metric_table(getattr(metrics, name) for name in metrics.__all__)
    yield "`creditbus quality --metrics-port 9410` serves these:"
    shown = (getattr(quality_metrics, name) for name in quality_metrics.__all__)
    yield _metric_table(metric for metric in shown if isinstance(metric, MetricWrapperBase))
    yield "`creditbus feed status --metrics-port 9420` serves these:"
    shown = (getattr(feed_metrics, name) for name in feed_metrics.__all__)
    yield _metric_table(metric for metric in shown if isinstance(metric, MetricWrapperBase))


def _metric_table(served: Iterable[Any]) -> str:
    found = []
    for metric in served:
        (described,) = metric.describe()
        name = described.name + ("_total" if isinstance(metric, Counter) else "")
        found.append((f"`{name}`", described.type, ", ".join(metric._labelnames), described.documentation))
    return _table(("name", "type", "labels", "meaning"), sorted(found))


def _errors() -> Iterator[str]:
    yield "# Reasons and cautions"
    yield _MADE
    yield (
        "An event that is refused goes back on `rejects.<department>` with every reason that applies, the field, and\n"
        "a proposed correction where there is one. The table stands in primary order: the ledger counts an event by\n"
        "the first of its reasons. `REF_UNKNOWN_ORIGINAL` does not refuse: the event is held until its record arrives."
    )
    yield _table(
        ("reason", "meaning", "含义"), ((f"`{reason.value}`", reason.sentence, reason.zh) for reason in Reason)
    )
    yield (
        "An item may have conditions of its own; its `item.yaml` declares their reasons. In primary order they stand\n"
        "after `COND_SUBJECT_CODE_MISSING`."
    )
    yield _table(
        ("item", "reason", "meaning", "含义"),
        (
            (f"[`{item.id}`](catalogue.md#{item.id})", f"`{reason.value}`", reason.sentence, reason.zh)
            for item in sorted(Catalogue.parse(raw_catalogue()), key=lambda item: item.id)
            for reason in item.reasons.values()
        ),
    )
    yield "A caution goes with an event that is accepted all the same."
    yield _table(
        ("caution", "meaning", "含义"), ((f"`{caution.value}`", caution.sentence, caution.zh) for caution in Caution)
    )


def _settings() -> Iterator[str]:
    yield "# Settings of the engine"
    yield _MADE
    yield (
        "The defaults are what was measured to be good. `creditbus worker --set batch_records=2000` changes one;\n"
        "repeat the option to change several. Before it starts anything, a worker refuses a value that contradicts\n"
        "another one. Workers that share a bus should have the same settings. How long a stage may stand still is\n"
        "an option of its own: `--stall-seconds`."
    )
    meanings = _attributes(EngineSettings)
    defaults = {one.name: one.default for one in fields(EngineSettings)}
    yield _table(
        ("setting", "default", "meaning"), ((f"`{name}`", str(defaults[name]), meanings[name]) for name in TUNABLE)
    )


def _attributes(described: type) -> Mapping[str, str]:
    """Return what a class's docstring says of each attribute."""
    _, _, text = inspect.getdoc(described).partition("Attributes:\n")  # type: ignore[union-attr] # it has one
    text, _, _ = text.partition("\n\n")
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", text, re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in entries}


def _catalogue() -> Iterator[str]:
    catalogue = Catalogue.parse(raw_catalogue())
    items = sorted(catalogue, key=lambda item: item.id)
    yield "# Catalogue"
    yield _MADE
    yield (
        "What the bus carries. An item is a folder of `avro_schemas/`: `item.yaml` says who may publish it and by\n"
        "which rules, `v<n>.avsc` is its content. Nothing outside this page is accepted (`CAT_NOT_IN_CATALOGUE`).\n"
        "Roles, and the authorities that a department speaks for: [departments](departments.md)."
    )
    yield _table(
        ("item", "标题", "title", "published by", "subjects", "unknown subject"),
        (
            (
                f"[`{item.id}`](#{item.id})",
                item.title,
                item.title_en,
                _publishers(item),
                ", ".join(sorted(kind.value for kind in item.subject_kinds)),
                item.unregistered,
            )
            for item in items
        ),
    )
    yield (
        "Unknown subject: `park` keeps an event about a credit code that no registration has yet until one arrives,\n"
        "`unverified` applies it at once. Disclosure: `public` anybody with a grant, `shared` departments and\n"
        "districts, `authorised` a grant that names this level; values may have a class of their own\n"
        "([decision 0031](adr/0031-class-by-value.md)). All content fields are strings in lexical form\n"
        "([decision 0006](adr/0006-lexical-values.md))."
    )
    for item in items:
        yield from _item(item)


def _publishers(item: Item) -> str:
    named = sorted(item.entitled)
    return ", ".join([*named, *(f"departments with the role `{role}`" for role in sorted(item.entitled_roles))])


def _item(item: Item) -> Iterator[str]:
    verbs = ", ".join(verb for verb in Verb if verb in item.verbs)
    yield f"## {item.id}"
    yield f"{item.title} ({item.title_en}). Legal basis: {'; '.join(item.legal_basis)}. Verbs: {verbs}."
    yield _table(
        ("field", "标题", "title", "format", "disclosure", "remarks"),
        (
            (
                f"`{field.code}`",
                field.title,
                field.title_en,
                field.format.value,
                _disclosure(field),
                _remarks(field, item),
            )
            for field in item.fields.values()
        ),
    )
    if item.authority_field and not item.acts_on:
        yield f"A department publishes decisions of authorities that it speaks for, named by `{item.authority_field}`."
    if withheld_for := item.withheld_unless_disclosed:
        yield f"A record is withheld as a whole from whoever may not see the value of `{withheld_for}`."
    if item.publication.until:
        yield f"A record is published up to and including the day in `{item.publication.until}`."
    if item.publication.periods:
        yield f"Publication counts from the day in `{item.publication.start}`."
        yield _table(("published", "when", "from", "until", "months", "source"), map(_period, item.publication.periods))
    if item.objections:
        yield "An objection is to be answered within these working days after its day."
        yield _table(("from", "until", "working days", "source"), map(_objection_rule, item.objections))


def _objection_rule(rule: ObjectionRule) -> tuple[str, ...]:
    source = rule.source if rule.verified else f"not verified; said to be {rule.source}"
    return (rule.effective_from.isoformat(), str(rule.effective_to or ""), str(rule.working_days), source)


def _period(period: PublicationPeriod) -> tuple[str, ...]:
    source = period.source if period.verified else f"not verified; said to be {period.source}"
    months = f"{period.min_months} to {period.max_months}"
    values = ", ".join(f"`{value}`" for value in sorted(period.when_values))
    when = f"`{period.when_field}`: {values}" if period.when_field else "all others"
    return (period.category, when, period.effective_from.isoformat(), str(period.effective_to or ""), months, source)


def _disclosure(field: Field) -> str:
    """Say the class of a field, those of single values first."""
    own = [
        f"{disclosure.value}: {', '.join(f'`{value}`' for value, one in field.by_value.items() if one is disclosure)}"
        for disclosure in dict.fromkeys(field.by_value.values())
    ]
    return "; ".join([*own, f"otherwise {field.disclosure.value}"] if own else [field.disclosure.value])


def _remarks(field: Field, item: Item) -> str:
    remarks = ["mandatory"] if field.mandatory else []
    for rule in item.rules.required:
        if rule.field == field.code:
            values = " or ".join(f"`{value}`" for value in sorted(rule.when_values))
            remarks.append(f"mandatory where `{rule.when_field}` is {values} (`{rule.reason.value}`)")
    if field.max_length:
        remarks.append(f"≤ {field.max_length}")
    if field.values:
        joined = f", several joined by `{field.separator}`" if field.separator else ""
        remarks.append(f"one of {', '.join(f'`{value}`' for value in field.values)}{joined}")
    if field.mask:
        remarks.append(f"masked, {field.mask[0]} and {field.mask[1]} characters left")
    return ", ".join(remarks)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _page(parts: Callable[[], Iterator[str]]) -> str:
    return "\n\n".join(parts()) + "\n"


#: The text of each page, by its file name in docs/.
PAGES: Mapping[str, str] = {
    "catalogue.md": _page(_catalogue),
    "errors.md": _page(_errors),
    "city.md": city_page("en", _MADE),
    "city.zh-CN.md": city_page("zh", _MADE),
    "mapping.md": mapping_page("en", _MADE),
    "mapping.zh-CN.md": mapping_page("zh", _MADE),
    "metrics.md": _page(_metrics),
    "one-event.md": _page(lambda: one_event(_MADE)),
    "settings.md": _page(_settings),
}

if __name__ == "__main__":
    for name, text in PAGES.items():
        (DOCS / name).write_text(text, encoding="utf-8")
