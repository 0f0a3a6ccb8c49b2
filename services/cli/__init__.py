"""The command line `creditbus`."""
