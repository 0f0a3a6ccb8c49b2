"""XML messages: repeated record elements, read as a stream. README.md says what becomes of them."""
