"""Benchmarks of the planner: each module is one command."""
