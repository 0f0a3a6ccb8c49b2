"""Which files of a folder the demonstration takes, and which it names as left out."""

from pathlib import Path

from creditbus.deploy.demo.departments import DELIVERIES, configure, left_out
from creditbus.deploy.demo.sample import samples

_README = Path(__file__).parents[4] / "README.md"


def test_what_no_delivery_has_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("registration.csv", "lists.csv", "Registration.csv", ".hidden"):
        (data / name).touch()
    assert [delivery.file for delivery in configure(data, tmp_path / "connectors.d")] == ["registration.csv"]
    assert left_out(data) == ["Registration.csv", "lists.csv"]


def test_the_readme_names_what_the_demonstration_knows() -> None:
    text = _README.read_text(encoding="utf-8")
    paragraph = text[text.index("With `DATA=folder` the demonstration") :].partition("\n\n")[0]
    by_item = {sample.file for sample in samples()}
    assert [one.file for one in DELIVERIES if one.file not in by_item and f"`{one.file}`" not in paragraph] == []
    assert "`ITEM.csv`" in paragraph
    assert by_item == {f"{sample.item}.csv" for sample in samples()}
