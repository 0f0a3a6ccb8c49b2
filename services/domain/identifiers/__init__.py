"""Chinese identifiers: form and check digit of each, and what they say about a subject."""
