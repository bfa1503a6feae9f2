"""Groups control units that lie together: sites for open headcount, starts, neighbourhoods."""
