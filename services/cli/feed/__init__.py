"""`creditbus feed`: a feed as its subscriber receives it."""
