"""What the documentation's build does besides reading pages."""
