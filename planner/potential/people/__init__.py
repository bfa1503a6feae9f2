"""What people did: score cards, productivity and the ramp of those who were hired."""
