"""`creditbus topics`: what the city declares is planned, applied and looked up."""
