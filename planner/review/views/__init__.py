"""What each person gets to see of a plan, filtered by who he is."""
