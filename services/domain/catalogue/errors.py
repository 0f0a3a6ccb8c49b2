"""The one error of the catalogue."""

__all__ = ["CatalogueError"]


class CatalogueError(ValueError):
    """A catalogue entry or its schema is wrong.

    Attributes:
        item: id of the catalogue item (its folder's name).
        file: ``item.yaml`` or the schema's file.
        key: the key at fault, as a dotted path.
        fix: what to do about it.

    """

    def __init__(self, item: str, file: str, key: str, fix: str) -> None:
        super().__init__(item, file, key, fix)
        self.item = item
        self.file = file
        self.key = key
        self.fix = fix

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.item}/{self.file}: {self.key}: {self.fix}"
