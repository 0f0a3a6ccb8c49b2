"""Evidence of feeds at the edge: keys and signatures, manifests made from a feed and a feed held against them."""
