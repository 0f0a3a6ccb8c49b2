"""What the generated files of further catalogue items are made of: one YAML file for each item, nothing in Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from creditbus.deploy.demo.subjects import Authority, further_authority
from creditbus.topics.yaml_text import load_yaml

__all__ = ["Sample", "Value", "samples"]

Value = str | tuple[str, ...] | tuple[int, int]
"""A text, one of several texts (an empty one for nothing), or a day: the least and most days after the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The file of one item: `samples/<item>.yaml`.

    Attributes:
        item: id of the item; `<item>.csv` is the file that is made.
        department: id of the department that hands it in.
        mapping: the template that reads it.
        authority: who decides.
        fields: what certain fields hold, by code; other mandatory ones hold what their format asks for, others nothing.
        ends: the fields in which the row that ends a record differs from the first one; empty: no row does.
    """

    item: str
    department: str
    mapping: str
    authority: Authority
    fields: Mapping[str, Value] = field(default_factory=dict)
    ends: Mapping[str, Value] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Name of the file."""
        return f"{self.item}.csv"


@cache
def samples() -> tuple[Sample, ...]:
    """Read all samples, by item id."""
    folder = files("creditbus.deploy.demo").joinpath("samples")
    read = {file.name.removesuffix(".yaml"): load_yaml(file).value for file in folder.iterdir()}
    names = sorted({told["authority"]["name"] for told in read.values()})
    return tuple(
        Sample(
            item=item,
            department=told["department"],
            mapping=told["mapping"],
            authority=further_authority(names.index(told["authority"]["name"]), **told["authority"]),
            fields=_values(told.get("fields", {})),
            ends=_values(told.get("ends", {})),
        )
        for item, told in sorted(read.items())
    )


def _values(told: Mapping[str, str | list[Any]]) -> dict[str, Value]:
    return {code: value if isinstance(value, str) else tuple(value) for code, value in told.items()}
