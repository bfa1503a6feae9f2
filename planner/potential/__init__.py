"""What each account could book in the plan period, and how sure that is."""
