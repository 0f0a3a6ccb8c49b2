"""What a connector has published, by record: one SQLite file a connector, whatever the kind of its source.

The file is in the home folder of its department (`connectors/<id>.sqlite`). It is a memory, never the truth: positions,
which make publishing exact, are in Kafka. What it costs to lose it is in docs/adr/0023-vanished-rows.md.

The contract of `published.PublishedRows`:

- `begin` opens a run. Every row of it is judged (`judging`) and noted before the transaction that publishes it, and
  confirmed after. So nothing that was published is unknown here; what is known here may, after a crash, not have been
  published: up to which row a run was, Kafka says when the next one begins.
- A row whose source gives it a key is noted under the key, any other under the reading that met it.
- A record vanishes when the last complete reading does not hold it, or when its source says that the keys of all of its
  rows are gone: `vanished` and `gone` yield it with the event that was published, from which its withdrawal is made.
- `take_back` is called before a withdrawal is sent, `withdraw` after: a record that comes back
  is published as there again.
"""
