"""`python -m creditbus.services.cli`: the same as the console script."""

import sys

from creditbus.services.cli.main import main

sys.exit(main())
