"""Ways to run creditbus. Today: real servers on one machine, without containers."""
