"""The ways to forecast an account, by the names that a scenario gives them."""
