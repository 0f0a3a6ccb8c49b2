"""Kafka, the schema registry and Redis as real servers on this machine, without containers.

`Cluster` is the whole of it: start, stop, kill, restart, look. Everything that it keeps lies in one home directory:
`data/` and `config/` of each server, `logs/`, `run/` (what runs), `cluster.json` (what was formatted), `endpoints.json`
(the addresses, for every other command).
"""

from creditbus.deploy.embedded.cluster import Cluster, ServerStatus
from creditbus.deploy.embedded.errors import ServerError
from creditbus.deploy.embedded.listening import Listening, listening
from creditbus.deploy.embedded.wanted import Wanted

__all__ = ["Cluster", "Listening", "ServerError", "ServerStatus", "Wanted", "listening"]
