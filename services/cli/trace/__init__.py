"""`creditbus trace`: one row on its way from the source to the feeds, on a bus in memory.

| module | does |
|---|---|
| `command` | reads the options |
| `rows` | finds the row that is meant |
| `running` | sends it through the stages, and gives the facts of the whole |
| `registrations` | makes up what the row would wait for |
| `hop_facts` | the facts of one hop |
| `text`, `hop_text` | the facts for a person |
"""
