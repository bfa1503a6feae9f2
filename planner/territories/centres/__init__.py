"""Centres to be chosen, among sites or as the means of their points."""
