"""What a handful of moves would do to a plan: by its own rules, quota code and simulation."""
