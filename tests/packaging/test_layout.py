"""A module's tests are found by its path: CONTRIBUTING.md says how."""

from pathlib import Path


def _package(root: Path, folder: Path) -> Path:
    """Folder whose modules are tested in this folder of tests/unit."""
    below = folder.relative_to(root / "tests" / "unit")
    if below.parts == ("harness",):
        return root / "tests" / below
    return next((found for found in (root / below, root / "services" / below) if found.is_dir()), root / below)


def test_a_folder_of_unit_tests_is_named_after_a_package(root: Path) -> None:
    folders = {test.parent for test in (root / "tests" / "unit").rglob("test_*.py")}
    strangers = [folder for folder in folders if not any(_package(root, folder).glob("*.py"))]
    assert [str(folder.relative_to(root)) for folder in sorted(strangers)] == []


def test_the_table_names_every_folder_of_tests(root: Path) -> None:
    page = (root / "CONTRIBUTING.md").read_text("utf-8")
    folders = {test.relative_to(root / "tests").parts[0] for test in (root / "tests").rglob("test_*.py")}
    assert [folder for folder in sorted(folders) if f"`tests/{folder}`" not in page] == []
