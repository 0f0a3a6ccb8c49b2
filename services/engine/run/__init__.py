"""Runs a stage: from the group's assignment to the committed and stored batch.

`app` builds the Faust app. On an assignment, `assignment` starts a `range_owner` for each aligned range of lanes. An
owner fences every other owner of its lanes, reads the committed offsets, restores the lanes' state, and runs a
`pipeline`, which has a `computation` of its batches, until an error ends the acquisition; then it acquires them again
after a `backoff`. A `lane` is one partition number of all topics of the stage, with its state: what Kafka Streams calls
a task.

Contract: a record's output, its consumed offset and its change of state become true in one transaction, or not at all.
"""
