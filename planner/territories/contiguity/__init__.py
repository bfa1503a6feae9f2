"""Connected territories on a graph of neighbours."""
