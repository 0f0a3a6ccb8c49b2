"""The bus at work: a pure domain, an engine, four stages on it, the ways out of it, and the command line."""

import os

# Here, because this runs before any module of ours that may be compiled; and imported only where it is asked for.
if os.environ.get("CREDITBUS_INTERPRETED"):
    from creditbus.services.interpreted import prefer_sources

    prefer_sources()
