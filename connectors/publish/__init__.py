"""Onto the bus: each chunk of messages in one Kafka transaction with the position of its connector.

- `encoder`: Avro bytes, key and partition of an event; `decoder` reads such bytes back, whatever version wrote them.
- `publisher`: the one writer of a connector's events. It shuts out every earlier process of the connector before it
  reads how far that came (`progress`); a chunk and its position are there together or not at all.
- `latest` reads how far a connector came, and what was stated last, without shutting anybody out.
- `declaration`, `loss_acceptance`: what a department says in addition to its events.
"""
