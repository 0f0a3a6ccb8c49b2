"""Connectors bring a department's own rows onto the bus.

A row passes four parts, each in its own module:

    source (contract.py; files/, sql/, http/)  where rows come from, each with its place and the position behind it
    mapping (mapping/)                         columns of the department to fields of the catalogue item
    encoding (encoding.py)                     Avro bytes, key and partition
    publisher (publisher.py)                   one Kafka transaction per chunk: events and the connector's own position

``runner.py`` joins them. A third party adds a kind of source through the entry point group ``creditbus.connectors``.
"""
