"""`creditbus catalogue`: what the bus carries, and whether a catalogue folder is right."""
