"""The folder that a city starts from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from creditbus.avro_schemas.catalogue_files import raw_catalogue
from creditbus.services.cli.city.rendered import plain, rendered
from creditbus.services.cli.city.schemas import SCHEMAS, city_schema
from creditbus.services.cli.city.unread_files import BACKUPS
from creditbus.services.cli.city.written import write_new
from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import city as messages
from creditbus.services.cli.written_files import writing
from creditbus.topics.city.settings import CITY_FILE, read_settings
from creditbus.topics.city.texts import KeptText, folder_of
from creditbus.topics.document import DocumentError
from creditbus.topics.errors import ConfigurationError

__all__ = [
    "Granted",
    "Start",
    "checked_code",
    "checked_districts",
    "department_text",
    "refuse_filled",
    "subscriber_text",
    "write_city",
]

_CODE: Final = re.compile(r"[0-9]{6}")
_IGNORED: Final = "".join(f"{pattern}\n" for pattern in BACKUPS)
#: By which option a key of `city.yaml` is given.
_OPTIONS: Final = {"name.zh": "--name", "name.en": "--name-en", "code": "--code"}
_DEPARTMENTS: Final = {
    "administrative-enforcement": messages.ENFORCEMENT(),
    "market-supervision": messages.MARKET_SUPERVISION(),
}


class Start(NamedTuple):
    """What is asked before a city's folder is written.

    Attributes:
        zh: name of the city in Chinese.
        en: name of the city in English.
        code: its division, six digits.
        districts: code and name of each, at least one.

    """

    zh: str
    en: str
    code: str
    districts: Sequence[tuple[str, str]]


class Granted(NamedTuple):
    """What the grant of a new subscriber names: an item, one of its fields, and a district by its code."""

    item: str
    field: str
    district: str


def refuse_filled(folder: Path) -> None:
    """Refuse a folder that holds anything but a repository of git.

    Raises:
        ConfigurationError: it does, it is a file, or it cannot be read.

    """
    with writing(folder):
        if not folder.exists():
            return
        held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else [folder.name]
    others = [name for name in held if name != ".git"]
    if others:
        raise ConfigurationError(str(folder), messages.NOT_EMPTY(name=others[0]), messages.ANOTHER_FOLDER())


def checked_code(code: str, option: str) -> str:
    """Return a division code.

    Raises:
        ConfigurationError: it has not six digits.

    """
    if not _CODE.fullmatch(code):
        raise ConfigurationError(option, messages.NOT_A_CODE(code=code), messages.CODE_EXAMPLE())
    return code


def checked_districts(given: Iterable[str], option: str) -> list[tuple[str, str]]:
    """Take districts apart, written `CODE=NAME`, several of them separated by commas; errors as of `checked_code`."""
    return [_checked_district(one, option) for text in given for one in text.replace("，", ",").split(",")]


def _checked_district(district: str, option: str) -> tuple[str, str]:
    code, mark, name = district.partition("=")
    if not mark or not name.strip() or "=" in name:
        raise ConfigurationError(option, messages.NOT_A_DISTRICT(district=district), messages.DISTRICT_EXAMPLE())
    return checked_code(code.strip(), option), name.strip()


def write_city(folder: Path, start: Start) -> list[Path]:
    """Write the folder; return the files for people, without those for editors.

    Raises:
        ConfigurationError: one of them is there already, the disk refuses, or what was asked makes no `city.yaml` that
            can be read: two districts have one code or name.

    """
    listed = "\n".join(f'  - {{code: "{code}", name: {plain(name)}}}' for code, name in start.districts)
    values = {"zh": plain(start.zh), "en": plain(start.en), "code": start.code, "districts": listed}
    city = rendered("city", spoken(messages.OF_CITY), values)
    _refuse_unreadable(city)
    item = yaml.safe_load(city)["shipped_items"][-1]
    both = (messages.README(), messages.OF_CATALOGUE(item=item), messages.OF_MAPPINGS(), messages.OF_WORKING_DAYS())
    readme, catalogue, mappings, working_days = both
    example = f"\n```yaml\n{_template('overlay')}```\n\n"
    texts = {
        "README.md": f"{readme.zh}\n{readme}",
        "city.yaml": city,
        **{f"departments/{id_}.yaml": department_text(id_, name.zh, name) for id_, name in _DEPARTMENTS.items()},
        "subscribers/district-one.yaml": _subscriber(item, *start.districts[0]),
        "catalogue/README.md": f"{catalogue.zh}{example}{catalogue}{example}".rstrip() + "\n",
        "mappings/README.md": f"{mappings.zh}\n{mappings}",
        "working_days/README.md": f"{working_days.zh}\n{working_days}",
        ".gitignore": _IGNORED,
    }
    schemas = {f".schemas/{name}.json": _schema(name) for name in SCHEMAS}
    write_new({folder / name: text for name, text in {**texts, **schemas}.items()})
    return [folder / name for name in texts]


def _refuse_unreadable(city: str) -> None:
    try:
        read_settings(folder_of({CITY_FILE: KeptText(city, CITY_FILE)}, "") / CITY_FILE)
    except DocumentError as error:
        option = _OPTIONS.get(error.key, "--district")
        raise ConfigurationError(option, error.problem, error.fix) from error


def department_text(id_: str, zh: str, en: str) -> str:
    """Write the file of a department; what it does is known of the first departments of a city alone."""
    known: dict[str, dict[str, str]] = yaml.safe_load(_template("departments"))
    names = {"id": id_, "zh": plain(zh), "en": plain(en), "contact": spoken(messages.POSITION)}
    return rendered("department", spoken(messages.OF_DEPARTMENT), {**names, **known.get(id_, known[""])})


def subscriber_text(id_: str, zh: str, en: str, kind: str, granted: Granted) -> str:
    """Write the file of a subscriber; its grant ends with the next year."""
    values = {
        "id": id_,
        "zh": plain(zh),
        "en": plain(en),
        "kind": kind,
        "until": f"{datetime.now(UTC).year + 1}-12-31",
        **granted._asdict(),
    }
    return rendered("subscriber", spoken(messages.OF_SUBSCRIBER), values)


def _subscriber(item: str, code: str, name: str) -> str:
    fields = raw_catalogue(files("creditbus.avro_schemas"))[item].schema["fields"]
    granted = Granted(item, fields[0]["name"], code)
    return subscriber_text("district-one", name, messages.DISTRICT_ONE(), "district", granted)


def _schema(name: str) -> str:
    return json.dumps(city_schema(name, language()), ensure_ascii=False, indent=1) + "\n"


def _template(name: str) -> str:
    return files("creditbus.services.cli").joinpath("city", "files", f"{name}.yaml").read_text(encoding="utf-8")
