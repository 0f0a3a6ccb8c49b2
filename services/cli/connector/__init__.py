"""`creditbus connector`: a department connects its files, sees what would be refused, and publishes."""
