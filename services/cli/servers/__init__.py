"""`creditbus up`, `down` and `status`: the servers of one machine, and the stages on them."""
