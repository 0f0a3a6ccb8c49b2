"""The page docs/one-event.md: what `creditbus trace` prints for rows of the README's example files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.cli.language import choose
from creditbus.services.cli.trace.rows import row_named
from creditbus.services.cli.trace.running import traced
from creditbus.services.cli.trace.text import lines
from creditbus.services.domain.city_time import city_day

__all__ = ["one_event"]

_README = Path(__file__).resolve().parent.parent / "README.md"
_FILE = re.compile(r"^cat > (\S+) <<'END'\n(.*?)^END$", re.MULTILINE | re.DOTALL)
_LINE_NUMBER = re.compile(r"(?<=\.py):\d+")
_DAY = "2026-01-01"
#: When the bus of the page receives the rows: noon of that day in the city.
_NOW = int(datetime(2026, 1, 1, 4, tzinfo=UTC).timestamp() * 1000)
_CONNECTORS = {
    "lists": ("credit-office", "red-black-list", "red-black-lists"),
    "registration": ("market-supervision", "enterprise-registration", "registration"),
}

_INTRODUCTION = """\
`creditbus trace CONNECTOR --row N` shows what becomes of one row: hop by hop, from its source to the feeds.
It needs no server: the four stages run on a bus in memory (`services/local`), with the code that a worker runs.
Nothing is sent. `--json` gives the same facts to a machine.

What follows is its output for rows of the example files of the [README](../README.md). Only the line numbers are left
out, which the command prints after each file: they change with every commit. To stop in one of the functions named, see
"Stop at a breakpoint" in [CONTRIBUTING.md](../CONTRIBUTING.md).

- `from` and `to` are topics. A key always goes to the same partition, so events of one key keep their order.
- `header` lists the fields that the stage has set or changed. Act, claim and content are not shown: they may speak of a
  person. A stage passes on unread what it does not need of them.
- `booked` is what the stage counts on `credit.ledger`, in the transaction that writes its output.
- `subject` and `record` are the profile after the event. `feed` names the fields that a subscriber is shown, or says
  why it is shown nothing."""


def one_event(mark: str) -> Iterator[str]:
    """Give the paragraphs of the page; `mark` says that it is made."""
    yield "# One event on its way"
    yield mark
    yield _INTRODUCTION
    with TemporaryDirectory() as folder:
        connectors = _configured(Path(folder))
        yield "## A row that is applied"
        yield (
            "Nobody has registered the subject on the empty bus. There the row would wait, as it does in the README\n"
            "until the registration is published; so a registration is made up first."
        )
        yield _trace(connectors["lists"], 1)
        yield "## A row that is refused"
        yield "Its day does not exist. It ends at intake, and goes back to its department."
        yield _trace(connectors["lists"], 3)
        yield "## A registration"
        yield (
            "It tells the resolver which legacy code belongs to its subject, here the organisation code within the\n"
            "unified one. An event that names its subject by that code waits in the resolver, or finds it there."
        )
        yield _trace(connectors["registration"], 1)


def _configured(folder: Path) -> dict[str, Connector]:
    """Write the example files of the README and connectors for them."""
    for name, text in _FILE.findall(_README.read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    found = {}
    for name, (department, item, mapping) in _CONNECTORS.items():
        file = folder / f"{name}.yaml"
        file.write_text(
            f"{{id: {name}, department: {department}, item: {item}, kind: csv, settings: {{path: {name}.csv}}, "
            f"mapping: {mapping}}}",
            encoding="utf-8",
        )
        found[name] = load_connector(file)
    return found


def _trace(connector: Connector, number: int) -> str:
    choose("en")
    try:
        facts = traced(connector, row_named(connector, number, None, None), _NOW, city_day(_NOW), unregistered=False)
        said = "\n".join(lines(facts))
    finally:
        choose(None)
    command = f"creditbus trace {connector.id} --row {number} --today {_DAY}"
    return f"```sh\n{command}\n```\n\n```\n{_LINE_NUMBER.sub('', said)}\n```"
