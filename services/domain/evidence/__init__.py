"""Evidence that somebody outside can check: trees of hashes, signed notes, and what is wrong with a feed. Pure.

| module | does |
|---|---|
| `merkle` | the tree hash of RFC 6962, over a stream |
| `proofs` | inclusion and consistency proofs, made and checked |
| `checkpoint` | what a tree's head says, as text |
| `note` | a signed text, and the keys that verify it |
| `feed_record` | what a feed's record says of its place, and its leaf |
| `continuity` | whether a feed is whole: numbers, hashes, a beginning |
| `manifest` | what is signed of an interval of a feed |
| `manifest_series` | which manifests are to be believed |
| `runs`, `findings` | what is wrong with one partition of a feed |
| `audit` | a feed held against its manifests |
| `standing`, `feed_standing` | how far a feed goes, is signed and is read, and what expires next |
| `inclusion_file` | the proof of one record, for whoever does not have the feed |
| `readable_record` | whether the readable part of a proof is what its bytes hold |
"""
