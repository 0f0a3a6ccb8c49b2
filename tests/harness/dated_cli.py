"""The command `creditbus`, whose workers read the city's day from a file: a test lets days pass as it likes."""

import os
import sys
from datetime import date
from pathlib import Path

from creditbus.services.cli.main import main
from creditbus.services.worker import renewal

DAY_FILE = "CREDITBUS_TEST_DAY"


def _day() -> date:
    return date.fromisoformat(Path(os.environ[DAY_FILE]).read_text(encoding="ascii"))


if __name__ == "__main__":
    renewal.city_today = _day
    sys.exit(main())
