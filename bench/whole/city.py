"""A city whose operator changes a grant and says `topics apply`, while or before workers run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from ground import Ground, servers
from whole.folder import Size, made

from creditbus.deploy.bus import apply_bus
from creditbus.topics.city import example_city, read_city, use_city
from creditbus.topics.declarations import declarations

__all__ = ["City", "city"]


class City:
    """The folder of a city and the bus on which it is declared.

    Attributes:
        ground: the servers.

    """

    def __init__(self, folder: Path, ground: Ground) -> None:
        self._folder = folder
        self.ground = ground

    def grant(self, subscriber: str) -> dict[str, Any]:
        """Return a subscriber's grant as its file states it."""
        grant: dict[str, Any] = self._read(subscriber)["grant"]
        return grant

    def declare(self, subscriber: str = "", **changes: Any) -> int:
        """Change parts of a subscriber's grant, or nothing; publish what is declared, as `topics apply` does.

        Returns:
            the version that has it.

        """
        if subscriber:
            stated = self._read(subscriber)
            document = stated | {"grant": stated["grant"] | changes}
            self._file(subscriber).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        use_city(read_city(self._folder))
        return apply_bus(self.ground.connection).version

    def _read(self, subscriber: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(self._file(subscriber).read_text(encoding="utf-8"))
        return found

    def _file(self, subscriber: str) -> Path:
        return self._folder / "subscribers" / f"{subscriber}.yaml"


@contextmanager
def city(partitions: int) -> Iterator[City]:
    """Start servers for a city like the example, with this number of partitions; its first version is published."""
    with TemporaryDirectory(prefix="creditbus-bench-city-") as scratch:
        folder = made(Path(scratch), Size(partitions=partitions))
        with servers(declared=declarations(folder)) as ground:
            found = City(folder, ground)
            found.declare()
            try:
                yield found
            finally:
                use_city(example_city())
