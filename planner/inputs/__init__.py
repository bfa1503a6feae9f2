"""Reads a company's tables and says everything that is wrong with them, before anything is planned."""
