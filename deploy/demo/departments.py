"""Which department hands in which file, and the connector that publishes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from creditbus.deploy.demo.sample import samples

__all__ = ["DELIVERIES", "Delivery", "configure", "left_out"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of one department."""

    file: str
    department: str
    item: str
    kind: str
    mapping: str

    @property
    def registers(self) -> bool:
        """Whether it tells the bus of subjects and their codes, for which the other deliveries wait."""
        return self.item in {"enterprise-registration", "subject-identifiers"}

    @property
    def connector(self) -> str:
        """Id of its connector."""
        return self.mapping


DELIVERIES = (
    Delivery(
        "licences_2018.xlsx",
        "administrative-approval",
        "administrative-licence",
        "xlsx",
        "dual-publicity-2018-licences",
    ),
    Delivery(
        "penalties_2018.jsonl",
        "administrative-enforcement",
        "administrative-penalty",
        "jsonl",
        "dual-publicity-2018-penalties",
    ),
    Delivery("tax_grades.csv", "tax-bureau", "tax-credit-grade", "csv", "tax-grades"),
    Delivery("red_black_lists.csv", "credit-office", "red-black-list", "csv", "red-black-lists"),
    Delivery("registration.csv", "market-supervision", "enterprise-registration", "csv", "registration"),
    Delivery("legacy_codes.csv", "market-supervision", "subject-identifiers", "csv", "subject-identifiers"),
    Delivery("successions.csv", "market-supervision", "subject-succession", "csv", "subject-successions"),
    *(Delivery(each.file, each.department, each.item, "csv", each.mapping) for each in samples()),
)
"""Every file that the demonstration knows."""


def configure(data: Path, folder: Path) -> dict[Delivery, Path]:
    """Write a connector's configuration for each delivery that a data folder holds.

    Args:
        data: folder of the departments' files.
        folder: where the configurations go; made when missing.

    Returns:
        The configuration file of each delivery found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {each: _write(each, data, folder) for each in DELIVERIES if (data / each.file).is_file()}


def left_out(data: Path) -> list[str]:
    """Return the names in a data folder that no delivery has, in order; hidden ones are nobody's."""
    known = {each.file for each in DELIVERIES}
    return sorted(path.name for path in data.iterdir() if path.name not in known and not path.name.startswith("."))


def _write(delivery: Delivery, data: Path, folder: Path) -> Path:
    configuration: dict[str, Any] = {
        "id": delivery.connector,
        "department": delivery.department,
        "item": delivery.item,
        "kind": delivery.kind,
        "settings": {"path": str((data / delivery.file).absolute())},
        "mapping": delivery.mapping,
    }
    path = folder / f"{delivery.connector}.yaml"
    path.write_text(yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False), "utf-8")
    return path
