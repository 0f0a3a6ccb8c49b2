"""The engine: record batches from Faust, one Kafka transaction a batch, state with checkpoints.

One folder for each duty; docs/architecture.md shows a batch on its way through them.

- `stage`: what a stage is: a pure step, its view of the state, its output.
- `codec`: events as bytes and back, schemas by their ids.
- `consume`: Kafka's side of reading: consumer, fetch sessions, offsets, lag.
- `produce`: Kafka's side of writing: transactions and their requests.
- `store`: where a lane keeps its state, under one contract.
- `run`: assignment, lanes, the pipeline: everything that "exactly once" rests on is here and in `produce.transaction`.

Each imports only those below it: run, stage, produce and store, consume, codec (import-linter holds to it).
"""
