"""Compiles the modules that every event passes through, in a build that asks for it by CREDITBUS_NATIVE=1.

The modules are named in pyproject.toml. Most stay plain typed Python: where they are not compiled they run as they are,
slower (docs/adr/0015-compiled-modules.md). What packs bytes is in Cython beside the same in Python
(docs/adr/0017-packing.md).
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


def _extensions() -> list[Extension]:
    # a build that does not compile needs neither of them
    from Cython.Build import cythonize
    from mypyc.build import mypycify

    named = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["creditbus"]
    files = [f"{name.replace('.', '/')}.py" for name in named["compiled"]]
    packing = {name: f"{name.replace('.', '/')}.pyx" for name in named["cython"]}
    # a module's name is its path below this tree, as for mypy
    _LINKS.mkdir(parents=True, exist_ok=True)
    for top in ("avro_schemas", "connectors", "deploy", "services", "topics"):
        if not (_LINKS / top).is_symlink():
            (_LINKS / top).symlink_to(_ROOT / top)
    extensions: list[Extension] = mypycify(
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
setup(ext_modules=_extensions() if os.environ.get("CREDITBUS_NATIVE") else [])
