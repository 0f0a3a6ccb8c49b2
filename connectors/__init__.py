"""Connectors bring a department's own rows onto the bus.

A folder is one duty, and says in its docstring what it promises:

    files, folder, http, sql, xml   kinds of sources: rows, each with its place and the position after it
    common                          what several kinds of sources need
    mapping                         columns of the department to fields of the catalogue item
    publish                         Avro bytes, key and partition; one Kafka transaction for each chunk
    run                             joins them: what is new or changed in a source is published
    memory                          what was published, by record
    withdraw                        records that the source does not hold any more, on a person's word
    returned                        refused rows: marked, given back, corrected and sent again
    setup                           configurations, kinds, templates, and what is tried before anything is sent

A third party adds a kind of source through the entry point group ``creditbus.connectors``. What it imports stands here:
``contract``, ``conformance``, ``errors``.
"""
