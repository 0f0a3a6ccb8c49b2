"""A city's folder under test, as its operator changes it."""

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml

__all__ = ["CityFolder"]


class CityFolder:
    """The city's folder, and what its operator does with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with as_file(files("creditbus.topics")) as example, as_file(files("creditbus.avro_schemas")) as items:
            for name in ("departments", "subscribers"):
                shutil.copytree(example / name, path / name)
            shutil.copy(example / "city.yaml", path)
            self._penalty = items / "administrative-penalty"

    def write(self, place: str, document: dict[str, Any]) -> None:
        file = self.path / f"{place}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    def read(self, place: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load((self.path / f"{place}.yaml").read_text(encoding="utf-8"))
        return found

    def add_department(self, name: str) -> None:
        """Add one that may publish what administrative enforcement may."""
        self.write(f"departments/{name}", self.read("departments/administrative-enforcement") | {"id": name})

    def add_item(self, name: str, record: str) -> None:
        """Add an item of the city's own, which has the fields of a penalty."""
        entry = yaml.safe_load((self._penalty / "item.yaml").read_text(encoding="utf-8"))
        self.write(f"catalogue/{name}/item", entry | {"id": name})
        for schema in sorted(self._penalty.glob("v*.avsc")):
            content = json.loads(schema.read_text(encoding="utf-8")) | {"name": record}
            (self.path / "catalogue" / name / schema.name).write_text(json.dumps(content), encoding="utf-8")

    def grant(self, subscriber: str, like: str = "", **changes: Any) -> None:
        """Change a grant, or give one like another subscriber's."""
        declared = self.read(f"subscribers/{like or subscriber}") | {"id": subscriber}
        self.write(f"subscribers/{subscriber}", declared | {"grant": declared["grant"] | changes})

    def items(self, subscriber: str) -> list[str]:
        items: list[str] = self.read(f"subscribers/{subscriber}")["grant"]["items"]
        return items

    def close(self, item: str) -> None:
        """Carry an item of the product no more, and grant it to nobody."""
        with as_file(files("creditbus.avro_schemas")) as items:
            others = sorted(one.parent.name for one in items.glob("*/item.yaml") if one.parent.name != item)
        self.write("city", self.read("city") | {"shipped_items": others})
        for file in sorted((self.path / "subscribers").glob("*.yaml")):
            if item in self.items(file.stem):
                self.grant(file.stem, items=[one for one in self.items(file.stem) if one != item])

    def remove(self, place: str) -> None:
        (self.path / f"{place}.yaml").unlink()
