"""The one error of the catalogue."""

from collections.abc import Mapping

from creditbus.services.domain.catalogue.remedies import Remedy

__all__ = ["CatalogueError", "Lines", "Path"]

#: A key within the keys above it; places in a list count from 0.
Path = tuple[str | int, ...]
#: Where the keys of a file stand: lines from 1. Whoever reads the file tells them, for nothing is read here.
Lines = Mapping[Path, int]


class CatalogueError(ValueError):
    """A catalogue entry or its schema is wrong.

    Attributes:
        item: id of the catalogue item (its folder's name).
        file: ``item.yaml`` or the schema's file.
        path: the key at fault, within the keys above it; empty: the file as a whole.
        remedy: which kind of thing is to be done about it.
        fix: what to do about it, in English; `fix_zh` in Chinese.
        line: of the key, from 1; 0 where nobody gave the lines of the file.

    """

    def __init__(
        self, item: str, file: str, path: Path, remedy: Remedy, values: Mapping[str, object], lines: Lines
    ) -> None:
        self.item = item
        self.file = file
        self.path = path
        self.remedy = remedy
        self.fix = remedy.en.format_map(values)
        self.fix_zh = remedy.zh.format_map(values)
        super().__init__(item, file, path, self.fix)
        while path and path not in lines:
            path = path[:-1]
        self.line = lines.get(path, 1 if lines else 0)

    @property
    def key(self) -> str:
        """The key as people write it, such as ``rules.required[0].when``."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return "".join(parts).removeprefix(".") or "(all)"

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.item}/{self.file}:{self.line}" if self.line else f"{self.item}/{self.file}"
        return f"{place}: {self.key}: {self.fix}"
