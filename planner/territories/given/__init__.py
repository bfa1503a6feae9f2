"""Territories given: from prices to an assignment, its repair and its improvement."""
