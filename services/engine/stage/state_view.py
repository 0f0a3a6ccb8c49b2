"""The state of one lane as a step sees it during one batch."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Misses", "MissingKeysError", "StateView"]


class MissingKeysError(Exception):
    """The step needs keys that were not read yet; the engine reads them and runs it again."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        super().__init__("keys not read yet")
        self.keys = tuple(keys)


class Misses:
    """Collects what a pass over a batch misses, so that one read brings all of it."""

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys: dict[bytes, None] = {}

    def note(self, error: Exception) -> None:
        """Take note of a miss and let the pass go on: what it makes of the rest is thrown away.

        So is what fails after a miss: a half-folded subject is in no state that anything may be said of.

        Raises:
            Exception: the error, when it is not a miss and nothing was missed before it.

        """
        if isinstance(error, MissingKeysError):
            self._keys.update(dict.fromkeys(error.keys))
        elif not self._keys:
            raise error

    def settle(self) -> None:
        """End the pass.

        Raises:
            MissingKeysError: something was missed; names all of it.

        """
        if self._keys:
            raise MissingKeysError(self._keys)


class StateView:
    """Keys read so far, with this batch's writes over them.

    A write is not in the store until the batch's transaction has committed.
    """

    __slots__ = ("read", "written")

    def __init__(self, read: dict[bytes, bytes | None]) -> None:
        self.read = read
        self.written: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, None when there is none.

        Raises:
            MissingKeysError: the key was not read.

        """
        if key in self.written:
            return self.written[key]
        try:
            return self.read[key]
        except KeyError:
            raise MissingKeysError((key,)) from None

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """Return those of the keys that were not read."""
        return [key for key in keys if key not in self.read and key not in self.written]

    def need(self, keys: Iterable[bytes]) -> None:
        """Ask for several keys at once.

        Raises:
            MissingKeysError: some were not read; names all of them.

        """
        missing = self.missing(keys)
        if missing:
            raise MissingKeysError(missing)

    def put(self, key: bytes, value: bytes) -> None:
        """Set a key."""
        self.written[key] = value

    def delete(self, key: bytes) -> None:
        """Remove a key."""
        self.written[key] = None
