"""What pyproject.toml cannot say: links for type checkers, and compiled modules.

Every build and install links build/typing/creditbus/<package> to the package's folder. A type checker or an editor that
looks there finds `creditbus.<package>`; it does not see the import hook of an editable install.

A build that asks for it by CREDITBUS_NATIVE=1 compiles the modules that every event passes through. They are named in
pyproject.toml. Most stay plain typed Python: where they are not compiled they run as they are, slower
(docs/adr/0015-compiled-modules.md). What packs bytes is in Cython beside the same in Python (docs/adr/0017-packing.md).
"""

import json
import os
import tomllib
from hashlib import sha256
from pathlib import Path

from setuptools import Extension, setup

_ROOT = Path(__file__).resolve().parent
_OUT = Path("build/native")
_LINKS = Path("build/typing/creditbus")
_TOOL = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["tool"]


def _link() -> None:
    _LINKS.mkdir(parents=True, exist_ok=True)
    for folder in _TOOL["setuptools"]["package-dir"].values():
        if not (_LINKS / folder).is_symlink():
            (_LINKS / folder).symlink_to(Path("../../..", folder))


def _extensions() -> list[Extension]:
    # a build that does not compile needs neither of them
    from Cython.Build import cythonize
    from mypyc.build import mypycify

    named = _TOOL["creditbus"]
    files = [f"{name.replace('.', '/')}.py" for name in named["compiled"]]
    packing = {name: f"{name.replace('.', '/')}.pyx" for name in named["cython"]}
    extensions: list[Extension] = mypycify(
        # a module's name is its path below this folder
        [str(_LINKS / file) for file in files],
        opt_level="3",
        group_name="creditbus.services.compiled",
        target_dir=str(_OUT),
    )
    extensions += cythonize(
        [Extension(name, [file], extra_compile_args=["-O3"]) for name, file in packing.items()],
        build_dir=str(_OUT),
        quiet=True,
    )
    # tests compare it with the sources, so that nobody tests yesterday's
    sums = {file: sha256(Path(file).read_bytes()).hexdigest() for file in [*files, *packing.values()]}
    (_OUT / "sources.json").write_text(json.dumps(sums, indent=1), "ascii")
    return extensions


os.chdir(_ROOT)
_link()
setup(ext_modules=_extensions() if os.environ.get("CREDITBUS_NATIVE") else [])
