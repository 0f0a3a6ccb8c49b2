"""What several kinds of sources need: titles of columns, JSON values, secrets in settings, text of unknown encoding."""
