"""Gathers every stage's parameters from one TOML file, and refuses what it does not know."""
