"""What a city's subjects and subscribers must have, by lists, dictionaries and dates alone.

It takes each row as it is published and follows the words of docs/record-states.md and the catalogue's files. It knows
nothing of stages, lanes, policies or restatements.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from creditbus.avro_schemas import RawItem
from tests.harness.plain_record import PlainRecord, Row
from tests.harness.plain_view import Consent, Facts, Grant, Shown, admits, disclosed

__all__ = ["CONSENT", "REGISTRATION", "PlainCity"]

REGISTRATION = "enterprise-registration"
CONSENT = "subject-consent"


class PlainCity:
    """All that was said in a city, and what follows.

    Attributes:
        on: the day.
        free: items whose records need no registration.
        records: by their key in feeds.
        facts: of subjects, by code.
        facts_since: those that they had since the past was forgotten.
        outcomes: how many rows were received, wait for a code or a registration, are held, were rejected.

    """

    def __init__(self, on: date, free: tuple[str, ...]) -> None:
        self.on = on
        self.free = free
        self.records: dict[str, PlainRecord] = {}
        self.facts: defaultdict[str, Facts] = defaultdict(lambda: Facts(registered=False, name="", district=""))
        self.facts_since: defaultdict[str, list[Facts]] = defaultdict(list)
        self.outcomes: Counter[str] = Counter()
        self.waiting: defaultdict[str, list[Row]] = defaultdict(list)
        """Rows that wait, by the code by which they name their subject."""
        self._known: set[str] = set()

    # -- rows -----------------------------------------------------------------------------------

    def say(self, row: Row) -> None:
        """Take a row as it is published."""
        self.outcomes["received"] += 1
        if row.item == REGISTRATION:
            self._register(row)
        elif row.code != row.subject and row.subject not in self._known:
            self._wait(row.code, row)
        else:
            self._bring(row)

    def _register(self, row: Row) -> None:
        code = row.subject
        self._known.add(code)
        self._fold(row)
        record = self.records[row.key]
        content = dict(record.content or ())
        registered = "WITHDRAWN" not in (record.stated, record.standing)
        told = (content["ENTNAME"] or "", content["DOMDISTRICT"] or "") if registered else ("", "")
        self.facts_since[code] += [self.facts[code], Facts(registered, *told)]
        self.facts[code] = Facts(registered, *told)
        for waits_by in (code[8:17], code[2:17], *([code] if registered else [])):
            for waiting in self.waiting.pop(waits_by, []):
                self.outcomes["parked"] -= 1
                self._bring(waiting)

    def _wait(self, code: str, row: Row) -> None:
        # what waits already does not wait twice
        if row not in self.waiting[code]:
            self.waiting[code].append(row)
            self.outcomes["parked"] += 1

    def _bring(self, row: Row) -> None:
        """Bring a row to its record, unless it waits for the registration."""
        if self.facts[row.subject].registered or (row.item in self.free and not row.number):
            self._fold(row)
        else:
            self._wait(row.subject, row)

    def _fold(self, row: Row) -> None:
        self.records.setdefault(row.key, PlainRecord(row.item)).take(row, self.outcomes)

    # -- views ----------------------------------------------------------------------------------

    def profile(self, subject: str) -> dict[str, Shown]:
        """Return the records of a subject by their keys, with all that they say."""
        return {
            key: Shown(self.facts[subject], one.state(self.on), one.revision, one.statement, dict(one.content))
            for key, one in self.records.items()
            if key.startswith(subject) and one.content is not None
        }

    def view(self, grant: Grant, items: Mapping[str, RawItem]) -> dict[str, Shown]:
        """Return what a subscriber with a grant must hold, by keys of records."""
        found = {}
        for key, record in self.records.items():
            subject = key.partition("|")[0]
            facts, consents = self.facts[subject], self._consents(subject)
            if record.content is None or not admits(grant, record.item, facts, self.on, consents):
                continue
            state, fields = record.state(self.on), disclosed(grant, record.item, record.last, items)
            if fields is not None and state not in ("WITHDRAWN", "REPAIRED", "EXPIRED"):
                told = facts._replace(name=facts.name or record.name)
                found[key] = Shown(told, state, record.revision, record.statement, fields)
        return found

    def _consents(self, subject: str) -> list[Consent]:
        """Return what the consents of a subject say that are in force."""
        records = [one for one in self._consent_records(subject) if one.content is not None]
        return [dict(one.content or ()) for one in records if one.state(self.on) == "ACTIVE"]

    def _consents_since(self, subject: str) -> list[Consent]:
        """Return what consents of a subject said that were in force at some time."""
        past = (was for one in self._consent_records(subject) for was in one.past)
        return [dict(was.content or ()) for was in past if was.content and was.stated == was.standing == "ACTIVE"]

    def _consent_records(self, subject: str) -> list[PlainRecord]:
        return [one for key, one in self.records.items() if key.startswith(f"{subject}|{CONSENT}|")]

    def forget(self) -> None:
        """Let what is now be all that ever was."""
        for code, facts in self.facts.items():
            self.facts_since[code] = [facts]
        for record in self.records.values():
            record.forget()

    def may_show(
        self, key: str, entry: Shown, grants: Sequence[tuple[Grant, Mapping[str, RawItem]]], days: Sequence[date]
    ) -> bool:
        """Tell whether an entry of a feed shows what its subscriber might have been shown at some time.

        Rows of several departments pass each other, and so do grants and days: each part must have been so at some
        time since the past was forgotten.
        """
        record, subject = self.records.get(key), key.partition("|")[0]
        if record is None:
            return False
        past = [one for one in record.past if one.content is not None]
        consents = self._consents_since(subject)
        facts = [one for one in self.facts_since[subject] or [self.facts[subject]] if one[::2] == entry.facts[::2]]
        return (
            any(entry.facts.name in (one.name, *(was.name for was in past)) for one in facts)
            and any(one.state(day, of) == entry.state for one in past for of in past for day in days)
            and entry.statement in [one.statement for one in past]
            and any(
                admits(grant, record.item, facts[0], day, consents)
                and entry.fields in [disclosed(grant, record.item, was.last, items) for was in past]
                for grant, items in grants
                for day in days
            )
        )
