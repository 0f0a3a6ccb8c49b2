"""What a folder holds, for whoever reads it while it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.comparing import HeldRow
from creditbus.services.subscriber.files.description import POSITION, Described, read_description
from creditbus.services.subscriber.files.form import TableForm
from creditbus.services.subscriber.files.generations import StateGoneError, present_state
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.services.subscriber.table_model import KEY
from creditbus.topics.errors import ConfigurationError

__all__ = ["damaged_files", "described_in", "file_of", "held_rows"]

_TRIES: Final = 5
"""A state goes when the second one after it comes: it may go under a reader once, and hardly again."""


def file_of(folder: Path, name: str, form: TableForm) -> Path:
    """Return the file of a table."""
    return folder / f"{name}.{form.name}"


def described_in(state: Path, place: str, topic: str) -> Described:
    """Return what a state says of itself.

    Raises:
        ConfigurationError: it is of another feed, or creditbus did not write it.

    """
    described = read_description((state / POSITION).read_bytes())
    if described is None:
        raise ConfigurationError(place, messages.FOREIGN_FOLDER(), messages.NEW_FOLDER())
    if described.topic != topic:
        raise ConfigurationError(place, messages.ANOTHER_FEED(topic=described.topic), messages.ONE_FOLDER_EACH())
    return described


@contextmanager
def damaged_files(place: str) -> Iterator[None]:
    """Turn a file that cannot be read into one line.

    Raises:
        ConfigurationError: it is not what was written.

    """
    try:
        yield
    except (ValueError, LookupError) as error:
        raise ConfigurationError(place, messages.FOREIGN_FOLDER(), messages.NEW_FOLDER()) from error


@contextmanager
def held_rows(path: Path, topic: str, form: TableForm) -> Iterator[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
    """Give positions and rows as they were at one moment, whoever goes on writing.

    Raises:
        ConfigurationError: there is no copy; it is of another feed, or not what was written.
        UnavailableError: the disk refuses.

    """
    place = f"{form.name}:{path}"
    with ExitStack() as opened:
        with file_errors(place):
            described, files = _opened(path, place, topic, form, opened)
        yield described.positions, _rows(described, files, form, place)


def _opened(
    folder: Path, place: str, topic: str, form: TableForm, opened: ExitStack
) -> tuple[Described, dict[str, BinaryIO]]:
    for left in reversed(range(_TRIES)):
        try:
            state = present_state(folder, place) if folder.is_dir() else None
            if state is None:
                raise ConfigurationError(place, messages.NO_COPY(), messages.SYNC_FIRST())
            described = described_in(state, place, topic)
            return described, {
                name: opened.enter_context(file_of(state, name, form).open("rb")) for name in described.tables
            }
        except (FileNotFoundError, StateGoneError):
            if not left:
                raise
    raise AssertionError(folder)


def _rows(described: Described, files: Mapping[str, BinaryIO], form: TableForm, place: str) -> Iterator[HeldRow]:
    for name, file in files.items():
        with damaged_files(place):
            for row in form.rows(file, described.tables[name].columns):
                yield HeldRow(name, (row[KEY[0]], row[KEY[1]], row[KEY[2]]), row)
