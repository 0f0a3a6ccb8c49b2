"""The bus in memory: the four stages of the product on topics that are lists and stores that are dictionaries.

No server, no event loop of its own, no clock: whoever holds a `LocalBus` says what is published when, and which stage
runs when on how many records. What a stage does with a batch is the very code of a worker; what a worker adds around it
(transactions, checkpoints, fetching) is not here.

    stages = LocalStages.build(lanes=1, person_key=bytes(32), on=date(2026, 9, 1))
    bus = LocalBus(stages)
    bus.publish_bytes("credit-office", key, value)   # as a connector sends it: an event in framed Avro
    bus.settle()
    [decode(stages, message.value) for message in bus.read("credit.events")]

| module | has |
|---|---|
| `stages` | the stages, their schemas and their codec, ready to run |
| `bus` | topics, positions and stores, and how a stage takes its turn |
| `registry` | the schema registry that they ask |
| `contents` | what the bus holds, decoded: events, records, the ledger |
| `watching` | what becomes of a record, hop by hop |
| `audience` | what each subscriber is shown of a change, and why others are not |
| `places` | file and line of a function |
"""
