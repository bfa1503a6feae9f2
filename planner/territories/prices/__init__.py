"""Prices of the limits: candidates, the dual and its ascent, and the bound that it proves."""
