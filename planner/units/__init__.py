"""Turns accounts into control units and reps into seats: the pieces that an alignment places."""
