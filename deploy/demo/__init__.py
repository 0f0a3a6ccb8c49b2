"""The demonstration: fictional department files with a known truth, and a run of the whole bus on them."""
