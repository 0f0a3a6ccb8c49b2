"""What a city declares, as a numbered version on the bus: one record of `credit.declarations`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import yaml

from creditbus.avro_schemas.catalogue_files import item_folders
from creditbus.topics import messages
from creditbus.topics.city.current import City
from creditbus.topics.city.folder import CATALOGUE, ITEM_FILE, ITEM_SUFFIXES, ROOT_FOLDERS
from creditbus.topics.city.settings import CITY_FILE
from creditbus.topics.city.texts import KeptText, folder_of, texts_of
from creditbus.topics.errors import ConfigurationError

__all__ = ["FileChange", "PublishedCity", "changes_between", "files_of", "with_closed"]

_FORMAT: Final = 1
_KEY: Final = "version/"
#: Of a record, with room for the frame around it: Kafka takes a mebibyte where nobody has set another limit.
_MOST_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class PublishedCity:
    """A version.

    Attributes:
        version: its number, from 1 on without a gap.
        published_ms: when it was published, in milliseconds since 1970 UTC.
        files: texts by path: `city.yaml`, `departments/…`, `catalogue/<item>/…` with the overlays laid over, and so on.

    """

    version: int
    published_ms: int
    files: Mapping[str, str] = field(repr=False)

    @property
    def digest(self) -> str:
        """The same for the same files."""
        return sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def catalogue(self) -> Mapping[str, str]:
        """Those of its files that are the catalogue's."""
        return {path: text for path, text in self.files.items() if _item(path)}

    def city(self) -> City:
        """Return the files as a city's, which name themselves by version and path in errors."""
        origin = f"version {self.version}"
        kept = {path: KeptText(text, f"{origin}: {path}") for path, text in self.files.items()}
        inside = f"{CATALOGUE}/"
        items = {path.removeprefix(inside): one for path, one in kept.items() if path.startswith(inside)}
        catalogue = folder_of(items, f"{origin}/{CATALOGUE}")
        return City(folder_of(kept, origin), catalogue, origin, self.version, self.digest)

    def encode(self) -> tuple[bytes, bytes]:
        """Return key and value of its record.

        Raises:
            ConfigurationError: it is larger than a record may be.

        """
        content = {"format": _FORMAT, "version": self.version, "published_ms": self.published_ms, "files": self.files}
        value = gzip.compress(json.dumps(content, ensure_ascii=False, sort_keys=True).encode(), mtime=0)
        if len(value) > _MOST_BYTES:
            problem = messages.TOO_LARGE_TO_PUBLISH(size=len(value), most=_MOST_BYTES)
            raise ConfigurationError(CITY_FILE, problem, messages.CARRY_FEWER_ITEMS())
        return f"{_KEY}{self.version}".encode(), value

    @classmethod
    def decode(cls, key: bytes | None, value: bytes | None) -> PublishedCity | None:
        """Read a record; None for one that holds something else.

        Raises:
            ConfigurationError: a newer creditbus has written it.

        """
        if key is None or value is None or not key.startswith(_KEY.encode()):
            return None
        content = json.loads(gzip.decompress(value))
        if content["format"] != _FORMAT:
            place = messages.VERSION_ON_THE_BUS(version=key.decode().removeprefix(_KEY))
            raise ConfigurationError(place, messages.WRITTEN_BY_NEWER(), messages.UPGRADE())
        return cls(content["version"], content["published_ms"], content["files"])


@dataclass(frozen=True, slots=True, order=True)
class FileChange:
    """A file that is new (`+`), other (`~`) or gone (`-`)."""

    path: str
    mark: str


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileChange, ...]:
    """Compare the files of two versions, by path."""
    found = [FileChange(path, "+") for path in after.keys() - before.keys()]
    found += [FileChange(path, "-") for path in before.keys() - after.keys()]
    found += [FileChange(path, "~") for path in after.keys() & before.keys() if before[path] != after[path]]
    return tuple(sorted(found))


def with_closed(before: Mapping[str, str], files: Mapping[str, str]) -> dict[str, str]:
    """Return files, and those of the items that only the version before them has: these are closed, never forgotten.

    Nobody may publish a closed item. But events of it are on their way when it is closed, and records of it stay.
    """
    kept = _items(before) - _items(files)
    closed = {path: text for path, text in before.items() if _item(path) in kept}
    for path, text in closed.items():
        if path.endswith(f"/{ITEM_FILE}"):
            entry = {key: value for key, value in yaml.safe_load(text).items() if not key.startswith("entitled")}
            closed[path] = yaml.safe_dump(entry | {"closed": True}, allow_unicode=True, sort_keys=False)
    return {**files, **closed}


def _items(files: Mapping[str, str]) -> set[str]:
    return {item for path in files if (item := _item(path))}


def _item(path: str) -> str:
    """Return the item that a file belongs to; empty: to none."""
    folder, _, rest = path.partition("/")
    return rest.partition("/")[0] if folder == CATALOGUE else ""


def files_of(city: City) -> dict[str, str]:
    """Return all files of a city by path, as they are published."""
    files = {CITY_FILE: (city.root / CITY_FILE).read_text(encoding="utf-8")}
    folders = [(name, city.root / name, suffixes) for name, suffixes in ROOT_FOLDERS.items()]
    folders += [(f"{CATALOGUE}/{item.name}", item, ITEM_SUFFIXES) for item in item_folders(city.catalogue)]
    for name, folder, suffixes in folders:
        files |= {f"{name}/{path}": kept.text for path, kept in texts_of(folder, suffixes).items()}
    return files
