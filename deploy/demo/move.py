"""A move in the demonstration: an enterprise moves, and its records leave the feed of its district."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.style import Style

from creditbus.deploy import messages
from creditbus.deploy.demo.departments import DELIVERIES, configure
from creditbus.services.cli.language import spoken
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.feed.withholding import WITHHELD

__all__ = ["Moved", "on_show", "registered_elsewhere"]

#: 江汉区, for which nobody in the example city has a grant of its own.
ELSEWHERE: Final = "420103"
_REGISTER: Final = next(each.file for each in DELIVERIES if each.item == "enterprise-registration")
_CODE, _DISTRICT = "统一社会信用代码", "住所所在行政区划"
_TAKEN_BACK: Final = frozenset({WITHHELD, *(state.value for state in RETRACTED)})

Record = Mapping[str, Any]


def on_show(records: Iterable[Record]) -> Counter[str]:
    """Count what a feed shows now, by subject: the records whose newest change is not a retraction."""
    newest = {_key(one): one for one in records}
    return Counter(one["subject"]["code"] for one in newest.values() if one["record"]["state"] not in _TAKEN_BACK)


def registered_elsewhere(data: Path, folder: Path, code: str) -> Path | None:
    """Write a register of one row, in which a subject has its seat elsewhere, and the connector that publishes it.

    Args:
        data: folder of the departments' files, as they were generated.
        folder: where the register and the connector go; made here.
        code: the subject's unified code.

    Returns:
        The connector's configuration; None where the register does not have the subject.

    """
    with (data / _REGISTER).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        rows = [row for row in reader if row[_CODE] == code]
    if not rows:
        return None
    folder.mkdir()
    with (folder / _REGISTER).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerow(rows[-1] | {_DISTRICT: ELSEWHERE})
    (configuration,) = configure(folder, folder / "connectors.d").values()
    return configuration


class Moved:
    """What a feed shows of a subject before and after its move.

    Args:
        records: the feed before it, from its start.
        code: the subject.

    """

    def __init__(self, records: Iterable[Record], code: str) -> None:
        kept = [one for one in records if one["subject"]["code"] == code]
        self.code = code
        self.before = on_show(kept)[code]
        self._name, self._district = kept[-1]["subject"]["name"], kept[-1]["subject"]["district"]

    def say(self, subscriber: str, records: Iterable[Record], console: Console) -> bool:
        """Say in one line what the feed shows after the move; return whether it shows nothing of the subject."""
        left = on_show(records)[self.code]
        facts = {"name": self._name, "before": self._district, "after": ELSEWHERE, "feed": f"feed.{subscriber}"}
        if left:
            line = spoken(messages.STILL_SHOWN(**facts, left=left))
            console.print("\n" + line, markup=False, soft_wrap=True, style=Style(color="red", bold=True))
        else:
            line = spoken(messages.MOVED(**facts, count=self.before))
            console.print("\n" + line, markup=False, soft_wrap=True)
        return not left


def _key(record: Record) -> tuple[str, ...]:
    about = record["record"]
    return record["subject"]["code"], about["item"], about["authority"], about["document_no"]
