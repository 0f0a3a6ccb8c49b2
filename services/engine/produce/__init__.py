"""Kafka's side of writing: the part of the protocol that transactions need (KIP-890), over aiokafka's client.

`transaction` is the transactional producer: it fences, and commits records and consumed offsets together. `brokers`
finds coordinators and leaders and repeats what may be repeated, `messages` are the requests, `records` the encoded
batches, `vectored_write` sends a large request without copying it.

Contract: `commit` returns once the transaction is decided. After any error it is undone or its outcome is unknown, and
the lanes have to be acquired again.
"""
