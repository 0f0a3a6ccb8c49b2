"""Everything that commands say to a person: a module for each family of commands, and the help pages."""
