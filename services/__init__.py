"""The bus at work: a pure domain, an engine, four stages on it, the ways out of it, and the command line."""
