"""Kafka's side of reading.

`transport` and `consumer_thread` are Faust's transport with aiokafka's consumer. `fetcher` reads whole record batches
within fetch sessions (KIP-227), and waits longer where nothing happens (`long_polling`). `offsets` are the questions
that a lane asks the group and the log; `lag_monitor` asks them by a timer. `topic_reader` reads partitions from given
offsets, outside of any group.

Contract: only committed records are given out, in their order, each batch with the offsets before and after it.
"""
