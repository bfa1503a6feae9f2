"""The demo company: realistic tables over real places, by seed, with a known truth."""
