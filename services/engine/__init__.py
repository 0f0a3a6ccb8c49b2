"""The engine: record batches from Faust, one Kafka transaction a batch, state with checkpoints.

`lane` is the heart: everything that exactly once rests on is there and in `transaction`.
"""
