"""What pyproject.toml declares is what the tree holds: a forgotten package works here and is missing from the wheel."""

import ast
from importlib import import_module, resources
from pathlib import Path

import pytest

from tests.product import PROJECT, TOPS

_FACADES = {
    "creditbus.avro_schemas": [
        "RawItem",
        "Schema",
        "code_claim_schema",
        "continuation_schema",
        "crosswalk_entry_schema",
        "event_schema",
        "header_schema",
        "ledger_schema",
        "moved_record_schema",
        "prefix_schema",
        "raw_catalogue",
        "receipt_schema",
        "reject_schema",
        "unreadable_schema",
    ],
    "creditbus.deploy.embedded": ["Cluster", "Listening", "ServerError", "ServerStatus", "Wanted", "listening"],
    "creditbus.services.domain.validation": [
        "Admitted",
        "Finding",
        "Refused",
        "Validator",
        "compile_item",
        "person_identifier",
    ],
}
"""The packages that are used by their own name, not by that of a module in them."""


def _modules(root: Path) -> list[Path]:
    return sorted(path for top in TOPS for path in (root / top).rglob("*.py"))


def _dotted(root: Path, path: Path) -> str:
    parts = ("creditbus", *path.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_packages_are_the_folders_of_the_tree(root: Path) -> None:
    tree = {_dotted(root, path.parent / "__init__.py") for path in _modules(root)}
    assert PROJECT["tool"]["setuptools"]["packages"] == sorted(tree)


def test_top_packages_are_mapped_and_typed(root: Path) -> None:
    assert PROJECT["tool"]["setuptools"]["package-dir"] == {f"creditbus.{top}": top for top in TOPS}
    assert all((root / top / "py.typed").is_file() for top in TOPS)
    assert sorted(TOPS) == sorted(path.parent.name for path in root.glob("*/__init__.py"))


def test_the_tools_know_every_top_package() -> None:
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == sorted(f"creditbus.{top}" for top in TOPS)
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert banned == {top: {"msg": f"import creditbus.{top}"} for top in TOPS}


def test_every_package_says_what_it_is_for(root: Path) -> None:
    silent = [
        str(folder.relative_to(root))
        for folder in {path.parent for path in _modules(root)}
        if not (folder / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    ]
    assert silent == []


def test_creditbus_itself_stays_open_to_other_distributions(root: Path) -> None:
    assert not (root / "__init__.py").exists()
    assert import_module("creditbus").__file__ is None


def test_data_is_found_by_its_package() -> None:
    assert resources.files("creditbus.avro_schemas").joinpath("header.avsc").is_file()


def test_no_module_finds_data_by_its_own_path(root: Path) -> None:
    users = [str(path.relative_to(root)) for path in _modules(root) if "__file__" in path.read_text("utf-8")]
    assert users == []


def test_curated_names_exist(root: Path) -> None:
    for path in _modules(root):
        names = _curated(path)
        if names is not None:
            module = import_module(_dotted(root, path))
            assert [name for name in names if not hasattr(module, name)] == [], path
            assert len(set(names)) == len(names), path


@pytest.mark.parametrize("package", sorted(_FACADES))
def test_what_a_package_offers_is_pinned(package: str) -> None:
    """To offer another name, or one less, is a decision: make it here too."""
    assert sorted(import_module(package).__all__) == _FACADES[package]


def _curated(path: Path) -> list[str] | None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return list(ast.literal_eval(node.value))
    return None
