"""Grants that differ from each other: by districts, items, fields and masks, every third one of a kind."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import yaml
from whole.folder import department, subscribers

from creditbus.avro_schemas import raw_catalogue
from creditbus.deploy.demo.subjects import DISTRICTS

__all__ = ["differing"]

_ITEMS: Final = ("enterprise-registration", "administrative-licence", "administrative-penalty")
_MASKED: Final = {"administrative-licence": "XK_NR", "administrative-penalty": "CF_NR"}


def differing(folder: Path, number: int) -> Path:
    """Make this many grants of declarations in a folder, in place of those that it has; return the folder."""
    with as_file(files("creditbus.topics")) as own:
        like = yaml.safe_load((own / "subscribers" / "agency-xinda.yaml").read_text(encoding="utf-8"))
    subscribers(
        folder,
        {department(place): like | {"grant": like["grant"] | _parts(place // 3, place % 3)} for place in range(number)},
    )
    return folder


def _parts(turn: int, kind: int) -> dict[str, Any]:
    """Return what is particular of a grant, the n-th of its kind."""
    match kind:
        case 0:  # a district
            return {
                "items": list(_ITEMS),
                "districts": [tuple(DISTRICTS)[turn % len(DISTRICTS)]],
                "disclosure": "shared",
                "fields": {_ITEMS[1]: _but_some(_ITEMS[1], turn)},
            }
        case 1:  # everywhere, without some fields of each item
            return {"items": list(_ITEMS), "fields": {item: _but_some(item, turn) for item in _ITEMS}}
        case _:  # two items, a text in part
            masked = {item: {code: [turn % 7, turn // 7]} for item, code in _MASKED.items()}
            return {"items": list(_MASKED), "masks": masked, "disclosure": "authorised"}


def _but_some(item: str, place: int) -> list[str]:
    names = [field["name"] for field in raw_catalogue()[item].schema["fields"]]
    times, place = divmod(place, len(names))
    del names[place]
    return names[times:]
