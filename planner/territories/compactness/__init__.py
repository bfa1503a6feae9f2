"""Compact territories of a graph, by their diameter."""
