"""A snapshot of what a subscriber may see now: made from its feed, checked, and taken into a copy.

| module | does |
|---|---|
| `spill` | keeps the newest record of each key on the disk, in parts that fit into memory |
| `collecting` | reads a feed, and a snapshot before it, into the spill |
| `avro_files`, `parquet_files` | the two forms |
| `blocks` | what an Avro file holds, put together from the spill |
| `aside` | a thread that compresses and writes meanwhile |
| `processes`, `share`, `carried_error` | several processes that make a long snapshot, their shares and errors |
| `folder` | a folder that is there whole or not at all |
| `making` | puts these together and writes the manifest |
| `opening` | checks a snapshot against its manifest, and reads it |
| `taking` | brings a copy to a snapshot |
"""
