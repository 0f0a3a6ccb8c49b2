"""The pure core: rules about credit records, without input, output, clock or threads."""
