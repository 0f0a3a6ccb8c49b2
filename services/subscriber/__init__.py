"""A subscriber's own copy of its feed: the newest record of each key, and how far the feed has been read."""
