"""A plan under review: who may see what, what was decided, and the record of it."""
