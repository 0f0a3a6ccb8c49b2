"""An error of one process on its way to another one, which raises it: most errors cannot be pickled as they are."""

from __future__ import annotations

import traceback
from typing import Any, Final, NamedTuple

from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.topics.errors import ConfigurationError, UnavailableError, UserError

__all__ = ["CarriedError", "carried", "error_of"]

_BROKEN: Final = "broken"
_OF_SYSTEM: Final = "system"
_FAULT: Final = "fault"
#: The more special first.
_OF_USERS: Final = {kind.__name__: kind for kind in (ConfigurationError, UnavailableError, UserError)}


class CarriedError(NamedTuple):
    """An error's kind, and what it is made of again."""

    kind: str
    parts: tuple[Any, ...]


def carried(error: Exception) -> CarriedError:
    """Return what can be pickled of an error."""
    match error:
        case BrokenFeedError(found=found):
            return CarriedError(_BROKEN, (found.partition, found.kind.value, found.first, found.last))
        case UserError():
            return CarriedError(_kind_of(error), (error.place, error.problem, error.fix))
        case OSError() if error.errno is not None:
            return CarriedError(_OF_SYSTEM, (error.errno, error.strerror))
    said = "".join(traceback.format_exception(error))
    return CarriedError(_FAULT, (f"{type(error).__name__}: {error}", said))


def _kind_of(error: Exception) -> str:
    return next(name for name, kind in _OF_USERS.items() if isinstance(error, kind))


def error_of(found: CarriedError) -> Exception:
    """Return the error again; of a fault of creditbus, another one with its text, and its traceback as a note."""
    kind, parts = found
    if kind == _BROKEN:
        partition, what, first, last = parts
        return BrokenFeedError(Break(partition, BreakKind(what), first, last))
    if kind in _OF_USERS:
        return _OF_USERS[kind](*parts)
    if kind == _OF_SYSTEM:
        return OSError(*parts)
    fault = RuntimeError(parts[0])
    fault.add_note(parts[1])
    return fault
