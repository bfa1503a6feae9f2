"""Why no alignment keeps the rules, and what would have to give."""
