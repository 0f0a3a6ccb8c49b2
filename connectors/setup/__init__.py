"""Before anything is sent: a connector's configuration, and what is found out by looking.

- `configuration`: one YAML file becomes a connector that is right throughout, or an error with file, line and key
  (`documents`, `known_keys`); `kinds` finds its kind of source, a third party's too.
- `templates`: the mappings that come with the product; `guess`: which of them fits the columns of a source.
- `checks`: all that a run needs, tried; `preview`: the rules of intake, at the department.
"""
