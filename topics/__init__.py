"""Declared topics, departments and subscribers; where the bus is; bringing Kafka and the registry into line with it."""
