"""Short texts whose encoding nobody states: names of files, rows that could not be read."""

__all__ = ["decoded"]


def decoded(raw: bytes) -> str | None:
    """Decode a text as UTF-8, or else as GB18030, which Chinese systems wrote before; None: it is neither."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
