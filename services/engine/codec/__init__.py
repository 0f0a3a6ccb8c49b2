"""Events in Confluent's wire format: a frame with the schema's id, then Avro.

`schemas` asks the registry for each id once. `event_codec` reads an event's header and leaves the bytes after it alone,
and writes a changed header in front of the same bytes. `fast` and `peek` do so for the layouts that nearly every event
has; what they cannot read they leave to fastavro, so they change the speed and never the result.

Contract: what is read and written again without a change has the same bytes.
"""
