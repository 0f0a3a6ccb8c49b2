"""Rows of any catalogue item, made from its entry, its schema and a sample."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random

from stdnum.iso7064 import mod_11_2

from creditbus.deploy.demo.catalogue_defects import catalogue_defects
from creditbus.deploy.demo.days import day_between
from creditbus.deploy.demo.mixing import History, Naming, code_of
from creditbus.deploy.demo.sample import Sample, Value
from creditbus.deploy.demo.subjects import DemoSubject
from creditbus.deploy.demo.truth import Cells, Fate, GroundTruthRow
from creditbus.services.domain.catalogue import Field, Format, Item
from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.identifiers.subject_kind import kind_of

__all__ = ["CatalogueRows"]

_CLAIMS = {
    "uscc": "统一社会信用代码",
    "institution_no": "事业单位证书号",
    "social_organisation_no": "社会组织登记证号",
    "person_id_kind": "证件类型",
    "person_id": "证件号码",
}
"""Columns of the codes by which a row names its subject."""
_DAYS = frozenset({Format.DATE, Format.DATE_OPEN})
_LAST_YEAR = 2018
_ENDED = 0.3
_REMARKS = "BZ"


class CatalogueRows:
    """Makes the rows of `<item>.csv`; of yearly ones, a subject's first is about 2018, its next about 2017."""

    def __init__(self, random: Random, item: Item, sample: Sample) -> None:
        self._random = random
        self._item = item
        self._sample = sample
        self._numbers = count(1)
        self._years: Counter[str] = Counter()
        self._key = item.natural_key
        self._of_persons = item.subject_kinds == {SubjectKind.NATURAL_PERSON}
        claims = tuple(_CLAIMS[name] for name in item.claims)
        self.columns = (*(field.title for field in item.fields.values()), *claims)
        self.dates = tuple(field.title for field in item.fields.values() if field.format in _DAYS)
        codes = (field.title for field in item.fields.values() if field.format in {Format.CODE, Format.USCC})
        self.codes = (*codes, *(title for title in claims if title != _CLAIMS["person_id_kind"]))
        self.defects = catalogue_defects(item, _CLAIMS, self._plausible)

    def admits(self, subject: DemoSubject) -> bool:
        """Tell whether the item admits a subject; under one about natural persons it stands for its representative."""
        return self._of_persons or kind_of(subject.uscc) in self._item.subject_kinds

    def told(self, rows: Iterable[GroundTruthRow]) -> list[GroundTruthRow]:
        """Give the rows with their fates: a natural person waits for no registration."""
        if not self._of_persons:
            return list(rows)
        return [replace(row, fate=Fate.NEW) if row.fate is Fate.PARKED else row for row in rows]

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give a valid row under a new document number, or about a year of which the subject has no row yet."""
        year = _LAST_YEAR - self._years[subject.uscc]
        self._years[subject.uscc] += 1
        yearly = any(field.format is Format.YEAR for field in self._item.fields.values())
        decided = day_between(self._random, year + 1, year + 1) if yearly else day_between(self._random, 2017, 2018)
        if yearly and year == _LAST_YEAR:
            decided = decided.replace(month=4, day=min(decided.day, 28))
        content = {code: self._value(field, subject, decided, year) for code, field in self._item.fields.items()}
        for rule in self._item.rules.required:
            if content[rule.when_field] in rule.when_values and content[rule.field] is None:
                content[rule.field] = self._plausible(self._item.fields[rule.field], decided)
        return self._titled(content) | self._claim(subject, naming)

    def amend(self, cells: Cells) -> Cells:
        """Correct the remarks, which every item has."""
        return cells | {self._item.fields[_REMARKS].title: "更正记录信息"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Give a record and the row that ends it, where the sample says how such a row looks."""
        if not self._sample.ends or self._random.random() >= _ENDED:
            return
        first = self.record(subject, naming)
        decided = date.fromisoformat(str(first[self._item.fields[self._decided()].title]))
        end = self._titled({code: self._drawn(value, decided) for code, value in self._sample.ends.items()})
        yield [GroundTruthRow(first, Fate.NEW), GroundTruthRow(first | end, Fate.TRANSITION)]

    def _value(self, field: Field, subject: DemoSubject, decided: date, year: int) -> str | None:
        authority = self._sample.authority
        if field.code == self._item.name_field:
            return subject.name
        if field.code == self._item.category_field:
            return "个体工商户" if subject.individual else "法人及非法人组织"
        if field.code in self._sample.fields:
            return self._drawn(self._sample.fields[field.code], decided)
        if self._key.authority_name == f"{{{field.code}}}":
            return authority.name
        if not field.mandatory:
            return None
        return str(year) if field.format is Format.YEAR else self._plausible(field, decided)

    def _plausible(self, field: Field, decided: date) -> str:
        """Give a value of the field's format."""
        if field.values:
            return self._random.choice([value for value in field.values if not value.endswith("*")])
        return {
            Format.CODE: self._number(field, decided),
            Format.DATE: decided.isoformat(),
            Format.DATE_OPEN: decided.isoformat(),
            Format.NUMBER: str(self._random.randrange(1, 200)),
            Format.YEAR: str(_LAST_YEAR),
            Format.USCC: self._sample.authority.uscc,
        }.get(field.format, f"示例{field.title}")

    def _number(self, field: Field, decided: date) -> str:
        """Give a number that no other row has, in digits alone where the field is too short for a document's."""
        number = next(self._numbers)
        text = f"{self._sample.authority.short}〔{decided.year}〕{number}号"
        return text if field.max_length is None or len(text) <= field.max_length else f"{number:0{field.max_length}}"

    def _drawn(self, value: Value, decided: date) -> str | None:
        if isinstance(value, str):
            return value
        first, *_ = value
        if isinstance(first, str):
            return str(self._random.choice(value)) or None
        return (decided + timedelta(days=self._random.randint(*map(int, value)))).isoformat()

    def _decided(self) -> str:
        return dict(self._item.events[-1].act)["decided_on"]

    def _titled(self, content: Mapping[str, str | None]) -> Cells:
        return {self._item.fields[code].title: value for code, value in content.items()}

    def _claim(self, subject: DemoSubject, naming: Naming) -> Cells:
        codes = {"uscc": code_of(subject, naming)}
        if self._of_persons:
            codes = {"person_id_kind": "身份证", "person_id": _person_number(subject)}
        return {_CLAIMS[name]: codes.get(name) for name in self._item.claims}


def _person_number(subject: DemoSubject) -> str:
    """Give the number of a person who does not exist, one for each subject: its division begins with 99."""
    days, rest = divmod(int(subject.uscc[10:16]), 1000)
    body = f"990100{date(1970, 1, 1) + timedelta(days=days):%Y%m%d}{rest:03}"
    return body + mod_11_2.calc_check_digit(body)
