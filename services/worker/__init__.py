"""A worker: the four stages, or some of them, put together and kept running."""
