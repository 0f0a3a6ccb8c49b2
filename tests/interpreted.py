"""Runs the tests of compiled modules again, with these modules as Python.

`make test` does so in tests/contracts/test_compiled.py, the gate by `make interpreted` while the modules are compiled:
that keeps one core busy for minutes and leaves little for the other.
"""

import os
import subprocess
import sys

from tests.effort import ONE_IN
from tests.product import ROOT

__all__ = ["run"]

_STAGES = ("intake", "resolver", "profiles", "fanout")
_PROVEN_BY = ("tests/properties", *(f"tests/unit/{name}" for name in ("domain", *_STAGES)), "tests/scenarios")
_OF_FILES = ("tests/properties/test_delimited_lines.py", "tests/properties/test_plain_rows.py")
"""Readers of files: nothing of what they run is compiled."""


def run() -> "subprocess.CompletedProcess[str]":
    """Run every test and scenario; of the examples of a property, all of which run compiled, the first eighth.

    Whoever changes a module runs all of them as Python: `make quick`.
    """
    environment = {**os.environ, "CREDITBUS_INTERPRETED": "1", ONE_IN: "8"}
    left_out = [f"--ignore={file}" for file in _OF_FILES]
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *left_out, *_PROVEN_BY]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    done = run()
    sys.stdout.write(done.stdout[-3000:] if done.returncode else "")
    sys.exit(done.returncode)
