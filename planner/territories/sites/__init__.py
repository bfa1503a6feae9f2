"""The state and the moves of a choice of sites, its prices, and homes for open headcount."""
