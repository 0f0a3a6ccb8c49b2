"""The publishers and the receivers, as declared: departments and subscribers with their grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from creditbus.topics import messages
from creditbus.topics.document import Section
from creditbus.topics.text import Text

__all__ = [
    "DISCLOSURES",
    "LONGEST_ID",
    "Department",
    "Name",
    "Subscriber",
    "read_department",
    "read_name",
    "read_subscriber",
]

DISCLOSURES = ("public", "shared", "authorised")
"""Classes of fields from the widest audience to the narrowest. A ceiling admits its own class and those before it."""

SUBSCRIBER_KINDS = ("district", "department", "agency", "city")
SUBJECT_KINDS = (
    "ENTERPRISE",
    "INDIVIDUAL_BUSINESS",
    "INSTITUTION",
    "SOCIAL_ORGANISATION",
    "STATE_ORGAN",
    "OTHER_ORGANISATION",
    "NATURAL_PERSON",
)

LOWEST_FEED_RATE = 256 << 10
"""Kafka holds back an answer that is more than ten seconds of the quota (quota.window.num), and never cuts a batch: the
largest that the bus writes (1 MiB) would come never, not late. Of this rate two of them come in that time."""

LONGEST_ID = 63
"""Characters in the id of a department: it is part of names, and connectors take none that is longer."""

_ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_HYPHENATED = messages.HYPHENATED()
_DEPARTMENT_ID = rf"(?=.{{1,{LONGEST_ID}}}$){_ID}"
# 18 characters, without I, O, S, V and Z (GB 32100-2015).
_USCC = r"[0-9A-HJ-NPQRTUWXY]{18}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Department:
    """A source of records; owns the topics `ingest.<id>` and `rejects.<id>`.

    Attributes:
        id: also the name of its file.
        name: official name.
        uscc: unified social credit code; None where it is not known.
        roles: what it does, with the catalogue items for which it does it, by id; None: for every item. An item may
            name a role in place of departments.
        speaks_for: unified codes of other authorities whose records it publishes; None: it publishes those of every
            authority, as the platform does on which a whole city keeps its penalties.
        contact: the position that answers for its data, never a person's name.
    """

    id: str
    name: Name
    uscc: str | None
    contact: str
    roles: Mapping[str, frozenset[str] | None] = field(default_factory=lambda: MappingProxyType({}))
    speaks_for: frozenset[str] | None = frozenset()

    @property
    def authorities(self) -> frozenset[str] | None:
        """Codes of the authorities whose decisions it may publish, its own among them; None: of every authority."""
        if self.speaks_for is None or self.uscc is None:
            return self.speaks_for
        return self.speaks_for | {self.uscc}


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A receiver of changes and what it may receive: the grant. It owns the topic `feed.<id>`.

    Attributes:
        id: also the name of its file.
        name: official name.
        kind: one of `SUBSCRIBER_KINDS`.
        purpose: what the receiver may use the records for.
        legal_basis: what allows it.
        items: catalogue item ids.
        subject_kinds: kinds of subjects.
        districts: registered districts of the subjects; None means all.
        disclosure: ceiling, one of `DISCLOSURES`.
        fields: narrower choice of field codes by item; an item that is not in it is not narrowed.
        masks: by item and field, how many characters are kept at the left and at the right.
        consent: whether a recorded consent of the subject is needed.
        valid_from: first day of the grant; None: from ever on.
        valid_until: last day of the grant.
        queries_per_day: questions that it may ask on one city day; None: any number. A feed knows no such bound.
        feed_bytes_per_second: bytes that it may read in a second from each broker, `LOWEST_FEED_RATE` or more; None:
            any number. One that reads more is slowed down by the broker, and gets every record.
        uscc: unified social credit code, by which consents name it; None where it is not known.
    """

    id: str
    name: Name
    kind: str
    purpose: str
    legal_basis: str
    items: tuple[str, ...]
    subject_kinds: tuple[str, ...]
    districts: frozenset[str] | None
    disclosure: str
    consent: bool
    valid_until: date
    valid_from: date | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    masks: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=lambda: MappingProxyType({}))
    queries_per_day: int | None = None
    feed_bytes_per_second: int | None = None
    uscc: str | None = None


def read_department(section: Section, stem: str) -> Department:
    """Read a department's file; `stem` is the file's name without extension."""
    department = Department(
        id=_read_id(section, stem, _DEPARTMENT_ID, messages.DEPARTMENT_ID(longest=LONGEST_ID)),
        name=read_name(section),
        uscc=section.optional_text("uscc", _USCC, messages.CREDIT_CODE()),
        contact=section.text("contact"),
        roles=_read_roles(section),
        speaks_for=_read_all_or_some(section, "speaks_for", _USCC, messages.CREDIT_CODES())
        if "speaks_for" in section
        else frozenset(),
    )
    section.finish()
    return department


def read_subscriber(section: Section, stem: str) -> Subscriber:
    """Read a subscriber's file; `stem` is the file's name without extension."""
    identifier, name = _read_id(section, stem), read_name(section)
    grant = section.section("grant")
    queries_per_day, feed_bytes_per_second = _read_quota(grant)
    subscriber = Subscriber(
        id=identifier,
        name=name,
        kind=section.choice("kind", SUBSCRIBER_KINDS),
        uscc=section.optional_text("uscc", _USCC, messages.CREDIT_CODE()),
        purpose=grant.text("purpose"),
        legal_basis=grant.text("legal_basis"),
        items=grant.texts("items", _ID, messages.ITEM_IDS()),
        subject_kinds=grant.choices("subject_kinds", SUBJECT_KINDS),
        districts=_read_all_or_some(grant, "districts", r"\d{6}", messages.DIVISIONS()),
        disclosure=grant.choice("disclosure", DISCLOSURES),
        consent=grant.flag("consent"),
        valid_until=grant.day("valid_until"),
        valid_from=_read_first_day(grant),
        fields=_read_fields(grant),
        masks=_read_masks(grant),
        queries_per_day=queries_per_day,
        feed_bytes_per_second=feed_bytes_per_second,
    )
    grant.finish()
    section.finish()
    return subscriber


def _read_id(section: Section, stem: str, pattern: str = _ID, hint: Text = _HYPHENATED) -> str:
    identifier = section.text("id", pattern, hint)
    if identifier != stem:
        problem = messages.OTHER_FILE_NAME(id=identifier, file=stem)
        section.report(section.wrong("id", problem, messages.MAKE_THE_SAME()))
    return identifier


def read_name(section: Section) -> Name:
    """Read the `name` of a file: one for each language."""
    names = section.section("name")
    name = Name(zh=names.text("zh"), en=names.text("en"))
    names.finish()
    return name


def _read_roles(section: Section) -> Mapping[str, frozenset[str] | None]:
    roles = section.optional_section("roles")
    if roles is None:
        return MappingProxyType({})
    return MappingProxyType({role: _read_all_or_some(roles, role, _ID, messages.ITEMS_OR_ALL()) for role in roles})


def _read_all_or_some(section: Section, key: str, pattern: str, hint: Text) -> frozenset[str] | None:
    """Read a list of names, or `[all]`, which is None."""
    names = section.texts(key, rf"{pattern}|all", hint)
    if "all" not in names:
        return frozenset(names)
    if len(names) > 1:
        section.report(section.wrong(key, messages.ALL_AND_SINGLE(), messages.LEAVE_ONE_OUT()))
    return None


def _read_fields(grant: Section) -> Mapping[str, tuple[str, ...]]:
    section = grant.optional_section("fields")
    if section is None:
        return MappingProxyType({})
    return MappingProxyType({item: section.texts(item, r"[A-Z][A-Z0-9_]*", messages.FIELD_CODES()) for item in section})


def _read_first_day(grant: Section) -> date | None:
    if "valid_from" not in grant:
        return None
    first = grant.day("valid_from")
    if first > grant.day("valid_until"):
        grant.report(grant.wrong("valid_from", messages.AFTER_THE_LAST_DAY(), messages.SET_AN_EARLIER_DAY()))
    return first


def _read_masks(grant: Section) -> Mapping[str, Mapping[str, tuple[int, int]]]:
    masks = grant.optional_section("masks")
    if masks is None:
        return MappingProxyType({})
    items = ((item, masks.section(item)) for item in masks)
    return MappingProxyType({item: {code: fields.pair(code) for code in fields} for item, fields in items})


def _read_quota(grant: Section) -> tuple[int | None, int | None]:
    quota = grant.optional_section("quota")
    if quota is None:
        return None, None
    feed = quota.number("feed_bytes_per_second", LOWEST_FEED_RATE) if "feed_bytes_per_second" in quota else None
    # a quota says one of them at least
    queries = quota.number("queries_per_day", 1) if feed is None or "queries_per_day" in quota else None
    quota.finish()
    return queries, feed
