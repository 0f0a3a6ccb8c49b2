"""Errors of connectors, under the bus-wide tree of :mod:`creditbus.topics.errors`.

UserError                      one clear line for the person at the keyboard; exit status 2
├── ConfigurationError         a configuration or mapping says something impossible
│   ├── MappingError           a mapping or connector file: names file, line and key
│   └── RegistrationError      a schema or topic that the run needs is not there
├── SourceError                the source cannot be read at all (a single bad row is a Defect, not an error)
└── UnavailableError           a server does not answer
    └── PublishError           the broker went away or refused; running again resumes with nothing lost
"""

from pathlib import Path

from creditbus.topics.errors import ConfigurationError, UnavailableError, UserError

__all__ = ["ConfigurationError", "MappingError", "PublishError", "RegistrationError", "SourceError", "UserError"]


class SourceError(UserError):
    """The source as a whole cannot be read: missing file, no header row, damaged archive."""


class RegistrationError(ConfigurationError):
    """The bus is not prepared for this run: a schema or a topic is missing."""


class PublishError(UnavailableError):
    """Publishing stopped. What was committed stays; a new run resumes after it."""


class MappingError(ConfigurationError):
    """A connector or mapping file is wrong at one key."""

    def __init__(self, file: Path | str, line: int, key: str, problem: str, fix: str = "") -> None:
        """Name the place.

        Args:
            file: The file that says so.
            line: Line in it, from 1; 0 where no line can be named.
            key: Path of the key, such as ``content.CF_NR_FK.unit``; empty for the file as a whole.
            problem: What is wrong.
            fix: What would be right.
        """
        place = f"{file}:{line}" if line else str(file)
        super().__init__(f"{place}: {key}" if key else place, problem, fix)
        self.file = file
        self.line = line
        self.key = key
